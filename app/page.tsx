'use client';

import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { PageMessage } from './ui/page-message.tsx';
import { useMe } from './ui/use-me.ts';

/** Sends everybody to the page of their work. */
export default function Home() {
  const router = useRouter();
  const { data: me, error } = useMe();
  useEffect(() => {
    if (me) router.replace(me.role === 'nurse' ? '/scan' : '/admin');
  }, [me, router]);
  return <PageMessage error={error}>正在打开…</PageMessage>;
}
