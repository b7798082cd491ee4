'use client';

import { useEffect, useRef, useState } from 'react';
import { PIN_DIGITS } from '../../server/account/schema.ts';
import styles from './lock-screen.module.css';
import { listenToDigits } from './scanner/hands.ts';

interface Props {
  busy: boolean;
  /** Six digits; the pad is empty again afterwards. */
  onPin: (pin: string) => void;
  onScanner: () => void;
}

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];

/** Digits by touch or keyboard. No field: what a hand-held scanner types finds none. */
export function PinPad({ busy, onPin, onScanner }: Props) {
  const [pin, setPin] = useState('');
  const now = useRef('');
  const set = (next: string) => {
    now.current = next;
    setPin(next);
  };

  const press = (digit: string) => {
    if (busy) return;
    const next = now.current + digit;
    if (next.length < PIN_DIGITS) return set(next);
    set('');
    onPin(next);
  };
  const erase = () => set(now.current.slice(0, -1));
  const heard = useRef({ digit: press, erase, scanner: () => {} });
  heard.current = {
    digit: press,
    erase,
    scanner: () => {
      set('');
      onScanner();
    },
  };
  useEffect(
    () =>
      listenToDigits({
        digit: (digit) => heard.current.digit(digit),
        erase: () => heard.current.erase(),
        scanner: () => heard.current.scanner(),
      }),
    [],
  );

  return (
    <>
      <p className={styles.dots} role="status" aria-label={`已输入 ${pin.length} 位,共 ${PIN_DIGITS} 位`}>
        {Array.from({ length: PIN_DIGITS }, (_, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a dot is its place
          <span key={n} className={n < pin.length ? styles.filled : ''} />
        ))}
      </p>
      <fieldset className={styles.pad} disabled={busy}>
        <legend className={styles.hidden}>PIN 键盘</legend>
        {KEYS.map((digit) => (
          <button key={digit} type="button" onClick={() => press(digit)}>
            {digit}
          </button>
        ))}
        <button type="button" className={styles.word} onClick={() => set('')}>
          清除
        </button>
        <button type="button" onClick={() => press('0')}>
          0
        </button>
        <button type="button" className={styles.word} onClick={erase} aria-label="删除一位">
          ⌫
        </button>
      </fieldset>
    </>
  );
}
