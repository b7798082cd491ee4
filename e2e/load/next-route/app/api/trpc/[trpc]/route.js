// The same lookup as a template has it: plain tRPC in a route handler of Next. No session, no audit, no masking.
import { initTRPC } from '@trpc/server';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { z } from 'zod';
import { makeFindCard } from '../../../../../find-card.ts';

const find = makeFindCard(process.env.LOAD_DATABASE);
const t = initTRPC.create();
const router = t.router({
  lookup: t.procedure
    .input(z.object({ code: z.string().length(66) }))
    .mutation(({ input }) => find(input.code.slice(0, 64))),
});

/** @param {Request} req */
export const POST = (req) => fetchRequestHandler({ endpoint: '/api/trpc', req, router, createContext: () => ({}) });
