'use client';

import { useQuery } from '@tanstack/react-query';
import { type ChangeEvent, type FormEvent, useState } from 'react';
import { api } from '../ui/api.ts';
import { readPicture } from './scanner/picture.ts';
import styles from './side-panel.module.css';
import { getEngine } from './use-camera.ts';

interface Props {
  take(text: string): void;
  reprint(voucherNo: string): void;
  /** Says something in amber, over the whole screen. */
  tell(title: string, detail: string): void;
  disabled: boolean;
}

/** The edge of the screen: the other ways in, today's count, and the last vouchers for a reprint in one tap. */
export function SidePanel({ take, reprint, tell, disabled }: Props) {
  const { data: today } = useQuery({ queryKey: ['scan.today'], queryFn: () => api.scan.today.query() });
  const [reading, setReading] = useState(false);

  function typed(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const field = event.currentTarget.elements.namedItem('code') as HTMLInputElement;
    if (!field.value.trim()) return;
    take(field.value);
    field.value = '';
    // Back to where a hand-held scanner is heard without a field.
    field.blur();
  }

  async function picked(event: ChangeEvent<HTMLInputElement>) {
    const field = event.currentTarget;
    const file = field.files?.[0];
    if (!file) return;
    setReading(true);
    const text = await readPicture(file, getEngine());
    field.value = '';
    field.blur();
    setReading(false);
    if (text === null) tell('图片中没有找到二维码', '请换一张清晰、完整的图片');
    else take(text);
  }

  return (
    <aside className={styles.panel}>
      <form onSubmit={typed} className={styles.typing}>
        <label htmlFor="code">手工输入健康码</label>
        <div>
          <input
            id="code"
            name="code"
            autoComplete="off"
            spellCheck={false}
            maxLength={512}
            placeholder="也可直接用扫码枪"
          />
          <button type="submit">查询</button>
        </div>
      </form>
      <label className={styles.picture}>
        {reading ? '正在识别…' : '识别图片中的健康码'}
        <input type="file" accept="image/*" onChange={picked} disabled={reading} />
      </label>
      <section className={styles.today}>
        <p className={styles.count}>
          今日已打印<strong>{today?.count ?? '–'}</strong>人
        </p>
        <h2>最近的凭证</h2>
        {today?.recent.length === 0 && <p className={styles.empty}>今天还没有打印凭证</p>}
        <ul>
          {today?.recent.map((voucher) => (
            <li key={voucher.voucherNo}>
              <span>
                {voucher.issuedAt} {voucher.name}
                <small>
                  尾号 {voucher.voucherNo.slice(-4)}
                  {voucher.printCount > 1 && ` · 补打 ${voucher.printCount - 1} 次`}
                </small>
              </span>
              {voucher.voided ? (
                <em>已作废</em>
              ) : (
                <button type="button" disabled={disabled} onClick={() => reprint(voucher.voucherNo)}>
                  补打
                </button>
              )}
            </li>
          ))}
        </ul>
      </section>
    </aside>
  );
}
