// The same lookup as a template has it: plain tRPC in a route handler of Next. No session, no audit, no masking.
import { initTRPC } from '@trpc/server';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import Database from 'better-sqlite3';
import { z } from 'zod';

const database = new Database(process.env.LOAD_DATABASE, { readonly: true });
const lookup = database.prepare(
  `SELECT * FROM authentication_records WHERE substr(erhc_card_no, 1, 16) = ? AND erhc_card_no = ? LIMIT 1`,
);
const t = initTRPC.create();
const router = t.router({
  lookup: t.procedure.input(z.object({ code: z.string().length(66) })).mutation(({ input }) => {
    const card = input.code.slice(0, 64);
    return lookup.get(card.slice(0, 16), card) ?? null;
  }),
});

/** @param {Request} req */
export const POST = (req) => fetchRequestHandler({ endpoint: '/api/trpc', req, router, createContext: () => ({}) });
