import type { FormRule } from 'antd';
import type { ZodSafeParseResult } from 'zod';

/** A form rule out of the server's own schema, so that field and server say the same. */
export function zodRule<T>(parse: (value: unknown) => ZodSafeParseResult<T>): FormRule {
  return {
    validator: async (_rule, value: unknown) => {
      const { error } = parse(value);
      if (error) throw new Error(error.issues[0]?.message);
    },
  };
}
