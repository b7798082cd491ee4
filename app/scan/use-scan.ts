'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useCallback, useEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { parseHealthCode } from '../../server/health-code/parse.ts';
import type { ResidentDetails } from '../../server/scan/lookup.ts';
import type { Voucher } from '../../server/vouchers/schema.ts';
import { api, type Problem, toProblem, wayOut } from '../ui/api.ts';
import { type Feedback, give } from './feedback.ts';
import { makeGate } from './scanner/gate.ts';

export type View =
  | { at: 'scanning' }
  | { at: 'looking' }
  | {
      at: 'resident';
      code: string;
      resident: ResidentDetails;
      printed: { voucherNo: string; printCount: number } | null;
      /** The document number in full, once revealed. */
      idcode: string | null;
      problem: Problem | null;
    }
  | { at: 'not-authenticated'; known: boolean }
  | { at: 'notice'; title: string; detail: string };

/** While it is, the result's buttons rest. `switching`: another resident has just taken the screen. */
export type Busy = 'printing' | 'revealing' | 'switching';

/** After a refusal or an error the screen goes back to scanning by itself. */
const NOTICE_MS = 3_000;
/** Details don't stay on the screen of a tablet that nobody touches. */
const DETAILS_MS = 120_000;
/** A tap meant for the former resident must not confirm the one who just took the screen. */
const SWITCH_GUARD_MS = 600;
/** The same code again within this long is a hand-held scanner's bounce. */
const REPEAT_MS = 1_200;
/** Without a dialog, print() is done sooner. */
const DIALOG_MS = 500;

interface Options {
  /** The site says that its tablets print without a dialog. */
  kioskPrinting: boolean;
  /** A code came, by any way. */
  onScan: () => void;
  /** The server says that the screen is locked. */
  onLocked: () => void;
}

/**
 * The nurse's work: a code in by any way, the result, the voucher, and back to scanning.
 */
export function useScan({ kioskPrinting, onScan, onLocked }: Options) {
  const router = useRouter();
  const queries = useQueryClient();
  const [view, setView] = useState<View>({ at: 'scanning' });
  const [busy, setBusy] = useState<Busy | null>(null);
  const [paper, setPaper] = useState<Voucher | null>(null);
  const [lastPrinted, setLastPrinted] = useState<Voucher | null>(null);
  const [dialog, setDialog] = useState<'unseen' | 'stood' | 'told'>('unseen');
  const gate = useRef(makeGate());
  // What the screen is about, so that camera frames and late answers can be told apart from it.
  const current = useRef({
    turn: 0,
    key: '',
    text: '',
    takenAt: 0,
    at: 'scanning' as View['at'],
    switching: false,
    printing: false,
  });

  const show = useCallback((next: View, feedback?: Feedback) => {
    current.current.at = next.at;
    setView(next);
    if (feedback) give(feedback);
  }, []);

  const backToScanning = useCallback(() => {
    current.current.turn += 1;
    show({ at: 'scanning' });
  }, [show]);

  const fail = useCallback(
    (problem: Problem) => {
      if (problem.code === 'SESSION_LOCKED') return onLocked();
      const way = wayOut(problem);
      if (way) return router.replace(way);
      show({ at: 'notice', ...wordsFor(problem) }, 'warn');
    },
    [router, show, onLocked],
  );

  const tell = useCallback(
    (title: string, detail: string) => {
      current.current.turn += 1;
      show({ at: 'notice', title, detail }, 'warn');
    },
    [show],
  );

  /** A code from any way in; another code takes the screen at once, except while a voucher is being made. */
  const take = useCallback(
    async (text: string) => {
      const state = current.current;
      if (state.printing) return;
      onScan();
      state.turn += 1;
      const turn = state.turn;
      // Still so when the next code comes before the lookup is answered.
      state.switching = state.at === 'resident' || (state.at === 'looking' && state.switching);
      state.key = keyOf(text);
      state.text = text;
      state.takenAt = performance.now();
      // The camera may see the same code, too.
      gate.current.sees(text, state.takenAt);
      setLastPrinted(null);
      setPaper(null);
      if (!parseHealthCode(text)) {
        show({ at: 'notice', title: '不是电子健康码', detail: '请出示电子健康码,继续扫码即可' }, 'warn');
        return;
      }
      show({ at: 'looking' });
      try {
        const result = await api.scan.lookup.mutate({ code: text });
        if (turn !== state.turn) return;
        if (result.outcome === 'unauthenticated') {
          show({ at: 'not-authenticated', known: result.known }, 'stop');
          return;
        }
        const { resident, printed } = result;
        show({ at: 'resident', code: text, resident, printed, idcode: null, problem: null }, printed ? 'warn' : 'ok');
        if (!state.switching) return;
        setBusy('switching');
        setTimeout(() => setBusy((busy) => (busy === 'switching' ? null : busy)), SWITCH_GUARD_MS);
      } catch (error) {
        if (turn === state.turn) fail(toProblem(error));
      }
    },
    [show, fail, onScan],
  );

  /** Text of a hand-held scanner, which may say it twice. */
  const scanned = useCallback(
    (text: string) => {
      const last = current.current;
      if (text !== last.text || performance.now() - last.takenAt > REPEAT_MS) void take(text);
    },
    [take],
  );

  /** A sighting by the camera, many a second. */
  const sees = useCallback(
    (text: string) => {
      const state = current.current;
      const now = performance.now();
      const key = keyOf(text);
      const foreign = !parseHealthCode(text);
      // Whoever comes while a voucher is being made is not forgotten: the code fires when it is seen next.
      if (state.printing) return;
      if (state.at !== 'scanning') gate.current.hold(now);
      // By all of its text: a dynamic code that was refreshed is another one.
      if (!gate.current.sees(text, now, { once: foreign })) return;
      const busy = state.at === 'looking' || state.at === 'resident';
      // A poster behind the resident must not take the details away.
      if (!(busy && (foreign || key === state.key))) void take(text);
    },
    [take],
  );

  const print = useCallback(
    async (call: () => Promise<Voucher>, onProblem: (problem: Problem) => void) => {
      const state = current.current;
      if (state.printing) return;
      state.printing = true;
      setBusy('printing');
      try {
        const voucher = await call();
        // On paper before the dialog opens: print() takes the page as it stands.
        flushSync(() => setPaper(voucher));
        const asked = performance.now();
        window.print();
        const stood = performance.now() - asked > DIALOG_MS;
        if (kioskPrinting && stood) setDialog((before) => (before === 'unseen' ? 'stood' : before));
        setLastPrinted(voucher);
        backToScanning();
        void queries.invalidateQueries({ queryKey: ['scan.today'] });
      } catch (error) {
        onProblem(toProblem(error));
      } finally {
        state.printing = false;
        gate.current.resume(performance.now());
        setBusy(null);
      }
    },
    [queries, backToScanning, kioskPrinting],
  );

  const confirm = useCallback(() => {
    if (view.at !== 'resident') return;
    void print(
      () => api.vouchers.issue.mutate({ code: view.code }),
      (problem) => {
        if (problem.code === 'RESIDENT_NOT_AUTHENTICATED') show({ at: 'not-authenticated', known: true }, 'stop');
        else if (wayOut(problem) || CODE_REFUSALS.includes(problem.code)) fail(problem);
        else show({ ...view, problem }, 'warn');
      },
    );
  }, [view, print, show, fail]);

  const reprint = useCallback(
    (voucherNo: string) => void print(() => api.vouchers.reprint.mutate({ voucherNo }), fail),
    [print, fail],
  );

  const reveal = useCallback(async () => {
    if (view.at !== 'resident') return;
    const { turn } = current.current;
    setBusy('revealing');
    try {
      const { idcode } = await api.scan.reveal.mutate({ code: view.code });
      if (turn === current.current.turn) show({ ...view, idcode, problem: null });
    } catch (error) {
      const problem = toProblem(error);
      if (turn !== current.current.turn) return;
      if (wayOut(problem)) fail(problem);
      else show({ ...view, problem }, 'warn');
    } finally {
      setBusy(null);
    }
  }, [view, show, fail]);

  useEffect(() => {
    const wait = view.at === 'resident' ? DETAILS_MS : NOTICE_MS;
    if (view.at === 'scanning' || view.at === 'looking' || busy) return;
    const timer = setTimeout(backToScanning, wait);
    return () => clearTimeout(timer);
  }, [view, busy, backToScanning]);

  return {
    ...{ view, busy, paper, lastPrinted, take, scanned, sees, confirm, reprint, reveal, tell, backToScanning },
    /** A print dialog stood where none should, and nobody has read of it yet. */
    dialogStood: dialog === 'stood',
    forgetDialog: () => setDialog('told'),
  };
}

/** The same card is the same code, whatever stands around it. */
function keyOf(text: string): string {
  return parseHealthCode(text)?.cardNo ?? text;
}

/** The code itself is not taken here. */
const CODE_REFUSALS = ['STATIC_CODE_REFUSED', 'CODE_FORGED', 'CODE_EXPIRED', 'ISSUER_UNKNOWN'];

export function wordsFor(problem: Problem): { title: string; detail: string } {
  switch (problem.kind) {
    case 'network':
      return { title: '网络已断开', detail: '请检查网络,恢复后重新扫码' };
    case 'server':
      return { title: '系统繁忙', detail: `请稍后再试${problem.requestId ? `(编号 ${problem.requestId})` : ''}` };
    case 'storage':
      return { title: '系统暂时无法保存', detail: problem.message };
    case 'refused':
      if (problem.code === 'STATIC_CODE_REFUSED') {
        return { title: '本单位不接受静态健康码', detail: '请居民出示动态码,继续扫码即可' };
      }
      return { title: problem.message, detail: '' };
    default:
      return { title: problem.message, detail: '' };
  }
}
