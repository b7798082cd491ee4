import type { ReactNode } from 'react';
import { toProblem, wayOut } from './api.ts';
import styles from './page-message.module.css';

/** A page that has only one thing to say: that it loads, or why it can't. */
export function PageMessage({ error, children }: { error?: unknown; children: ReactNode }) {
  const problem = error ? toProblem(error) : null;
  if (!problem || wayOut(problem)) return <main className={styles.page}>{children}</main>;
  return (
    <main className={styles.page} role="alert">
      <p>{problem.message}</p>
      <button type="button" className={styles.retry} onClick={() => location.reload()}>
        重新打开
      </button>
    </main>
  );
}
