import { z } from 'zod';

export const AUDIT_EVENTS_PER_PAGE = 50;

export const browseAuditInput = z.object({
  /** `id` of the last event of the page before. */
  cursor: z.number().int().positive().optional(),
});
