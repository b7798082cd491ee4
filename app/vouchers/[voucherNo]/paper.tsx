'use client';

import { useLayoutEffect, useRef, useState } from 'react';
import type { Voucher } from '../../../server/vouchers/schema.ts';
import { useNonce } from '../../ui/nonce.ts';
import { QrCode } from '../../ui/qr-code.tsx';
import styles from './paper.module.css';

const MM_A_PIXEL = 25.4 / 96;
const SHORTEST_ROLL_MM = 130;

/** The 接种凭证 as paper: black on white, A5 or 80 mm. */
export function VoucherPaper({ voucher }: { voucher: Voucher }) {
  const reprints = voucher.printCount - 1;
  const nonce = useNonce();
  const paper = useRef<HTMLElement>(null);
  const [rollMm, setRollMm] = useState(SHORTEST_ROLL_MM);
  // A roll is cut where its page ends, and CSS has no page as long as its content: so it is measured before it prints.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another voucher has another length
  useLayoutEffect(() => {
    const height = (paper.current?.offsetHeight ?? 0) * MM_A_PIXEL;
    setRollMm(Math.max(SHORTEST_ROLL_MM, Math.ceil(height) + 4));
  }, [voucher]);
  const size = voucher.paper === 'A5' ? 'A5 portrait' : `80mm ${rollMm}mm`;
  return (
    <article
      ref={paper}
      className={`${styles.paper} ${voucher.paper === 'A5' ? styles.a5 : styles.roll}`}
      aria-label="接种凭证"
    >
      <style nonce={nonce}>{`@page { size: ${size}; margin: 0; }`}</style>
      <header>
        <p className={styles.site}>{voucher.siteName}</p>
        <h1>接种凭证</h1>
        {reprints > 0 && <p className={styles.reprint}>补打 第 {reprints} 次</p>}
      </header>
      <div className={styles.number}>
        <QrCode text={voucher.voucherNo} label="凭证号二维码" />
        <p>
          凭证号
          <span>{voucher.voucherNo}</span>
        </p>
      </div>
      <dl>
        <Line term="姓名" strong>
          {voucher.name}
        </Line>
        <Line term="性别">{voucher.sex}</Line>
        <Line term="年龄">{voucher.age}</Line>
        <Line term="证件类型">{voucher.idCardType}</Line>
        <Line term="证件号码">{voucher.idcode}</Line>
        <Line term="核验时间">{voucher.issuedAt}</Line>
        <Line term="核验人员">{voucher.issuedByName}</Line>
        <Line term="下一站" strong>
          {voucher.nextStation}
        </Line>
      </dl>
      <footer>
        <p>登记 → 接种 → 留观 30 分钟</p>
        <p className={styles.notice}>本凭证仅用于当日接种登记,不作为接种证明</p>
      </footer>
    </article>
  );
}

function Line({ term, strong, children }: { term: string; strong?: boolean; children: string }) {
  return (
    <div className={strong ? styles.strong : undefined}>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}
