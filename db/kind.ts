/** Which of the two databases an address means. */

export const isPostgres = (url: string): boolean => /^postgres(ql)?:/.test(url);

/** What needs a package that nobody with SQLite has to install. @throws Error that says what to do */
export async function importPostgres() {
  try {
    return await import('./postgres.ts');
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Error('DATABASE_URL names PostgreSQL, whose driver is not installed: npm install pg', { cause: error });
  }
}
