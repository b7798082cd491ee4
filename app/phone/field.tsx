'use client';

import { type ReactNode, useId } from 'react';
import styles from './phone.module.css';

interface Props {
  label: string;
  hint?: string;
  /** What is wrong with it. */
  fault: string | null;
  /** @param given ids and states that tie the input to its words */
  children(given: { id: string; 'aria-invalid': boolean; 'aria-describedby': string | undefined }): ReactNode;
}

/** An input with its name, its hint and what is wrong with it. */
export function Field({ label, hint, fault, children }: Props) {
  const id = useId();
  const told = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(' ');
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-invalid': fault !== null, 'aria-describedby': told || undefined })}
      {hint && (
        <p id={`${id}-hint`} className={styles.hint}>
          {hint}
        </p>
      )}
      {fault && (
        <p id={`${id}-fault`} className={styles.fault}>
          {fault}
        </p>
      )}
    </div>
  );
}
