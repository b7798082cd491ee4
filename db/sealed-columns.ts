/** Columns whose values are sealed on their way into the database and opened on their way out. They are compared by an index only. */
import { type Column, is } from 'drizzle-orm';
import { customType, SQLiteCustomColumn } from 'drizzle-orm/sqlite-core';
import { seal, unseal } from './seal.ts';

export const sealedText = customType<{ data: string; driverData: string }>({
  dataType: () => 'text',
  toDriver: seal,
  fromDriver: unseal,
});

/** Sealed JSON. */
export const sealedJson = <T>(name: string) =>
  customType<{ data: T; driverData: string }>({
    dataType: () => 'text',
    toDriver: (value) => seal(JSON.stringify(value)),
    fromDriver: (value) => JSON.parse(unseal(value)),
  })(name);

/** There are no other columns of our own making. */
export const isSealed = (column: Column): boolean => is(column, SQLiteCustomColumn);
