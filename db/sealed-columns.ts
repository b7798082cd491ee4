/** Columns whose values are sealed on their way into the database and opened on their way out. They are compared by an index only. */
import { type Column, is } from 'drizzle-orm';
import { customType, SQLiteCustomColumn } from 'drizzle-orm/sqlite-core';
import { seal, unseal } from './seal.ts';

/** A prepared query gives a column its null, too, of which its type knows nothing. */
const orNull = <T>(value: T | null, sealed: (value: T) => string) => (value === null ? null : sealed(value)) as string;

export const sealedText = customType<{ data: string; driverData: string }>({
  dataType: () => 'text',
  toDriver: (value: string | null) => orNull(value, seal),
  fromDriver: unseal,
});

/** Sealed JSON. */
export const sealedJson = <T>(name: string) =>
  customType<{ data: T; driverData: string }>({
    dataType: () => 'text',
    toDriver: (value: T | null) => orNull(value, () => seal(JSON.stringify(value))),
    fromDriver: (value) => JSON.parse(unseal(value)),
  })(name);

/** There are no other columns of our own making. */
export const isSealed = (column: Column): boolean => is(column, SQLiteCustomColumn);
