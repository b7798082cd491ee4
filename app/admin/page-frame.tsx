import { ArrowLeftOutlined } from '@ant-design/icons';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { toProblem } from '../ui/api.ts';
import { Failure } from './failure.tsx';
import styles from './page-frame.module.css';

interface Props {
  title: string;
  /** Stands beside the title. */
  mark?: ReactNode;
  /** At the heading's end. */
  actions?: ReactNode;
  back?: { href: string; title: string };
  /** What the server answered last; a page that the role may not see shows nothing else. */
  error: unknown;
  children: ReactNode;
}

/** A page's heading, and what is below it. */
export function PageFrame({ title, mark, actions, back, error, children }: Props) {
  const forbidden = error !== null && toProblem(error).code === 'FORBIDDEN';
  return (
    <>
      <div>
        {back && (
          <Link href={back.href} className={styles.back}>
            <ArrowLeftOutlined aria-hidden />
            {back.title}
          </Link>
        )}
        <div className={styles.heading}>
          <h1>{title}</h1>
          {mark}
          {actions && !forbidden && <div className={styles.actions}>{actions}</div>}
        </div>
      </div>
      {forbidden ? <Failure error={error} /> : children}
    </>
  );
}
