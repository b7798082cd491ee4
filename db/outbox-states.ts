import { type Column, sql } from 'drizzle-orm';

/*
 * Which rows of the outbox an index by state holds, and one by time: what is accepted, nearly all in the end, is not written into the former. A
 * query that is to be answered by it says so beside its state, as neither database proves it of a state that is a parameter.
 */
export const isOpen = (state: Column) => sql`${state} <> 'accepted'`;
export const isAccepted = (state: Column) => sql`${state} = 'accepted'`;
