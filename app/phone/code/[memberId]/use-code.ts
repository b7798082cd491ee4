'use client';

import { useCallback, useEffect, useState } from 'react';
import { api, type Problem, toProblem } from '../../../ui/api.ts';

export interface Code {
  text: string;
  /** ms by this phone's clock, which may be wrong: counted from the server's. */
  endsAt: number;
}

/** So long before its end a code is renewed: the nurse needs a moment. */
const EARLY_MS = 10_000;
const RETRY_MS = 3_000;

/**
 * A dynamic code that is renewed before it ends, while the page is seen.
 * @returns `seconds` until it ends, 0 once it has
 */
export function useCode(memberId: number) {
  const [code, setCode] = useState<Code | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [now, setNow] = useState(() => Date.now());
  const [turn, setTurn] = useState(0);
  const renew = useCallback(() => setTurn((n) => n + 1), []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` says: ask now
  useEffect(() => {
    let here = true;
    let timer: ReturnType<typeof setTimeout>;
    async function ask() {
      if (document.hidden) return;
      try {
        const answer = await api.phone.code.mutate({ memberId });
        if (!here) return;
        const lasts = Date.parse(answer.expiresAt) - Date.parse(answer.now);
        setCode({ text: answer.text, endsAt: Date.now() + lasts });
        setNow(Date.now());
        setProblem(null);
        timer = setTimeout(ask, Math.max(lasts - EARLY_MS, lasts / 2));
      } catch (error) {
        if (!here) return;
        const told = toProblem(error);
        setProblem(told);
        if (told.kind === 'network' || told.kind === 'server' || told.kind === 'storage')
          timer = setTimeout(ask, RETRY_MS);
        else setCode(null);
      }
    }
    void ask();
    return () => {
      here = false;
      clearTimeout(timer);
    };
  }, [memberId, turn]);

  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);

  useEffect(() => {
    const seen = () => !document.hidden && renew();
    document.addEventListener('visibilitychange', seen);
    return () => document.removeEventListener('visibilitychange', seen);
  }, [renew]);

  const seconds = code ? Math.max(0, Math.ceil((code.endsAt - now) / 1000)) : 0;
  return { code, seconds, problem, renew };
}
