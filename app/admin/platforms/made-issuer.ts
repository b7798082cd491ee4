import type { MadeSecret } from './secret-modal.tsx';

const ADVICE = '请立即复制并交给发码机构妥善保存。关闭后无法再次查看,遗失时只能更换密钥。';

/** An issuer's new secret: its first, or one that takes over from another. */
export function madeIssuer(made: { code: string; secret: string }, kind: 'first' | 'rotated'): MadeSecret {
  const shown = { holder: { label: '机构标识', name: made.code }, secret: made.secret, advice: ADVICE };
  if (kind === 'first') return { ...shown, title: '发码机构已登记' };
  return { ...shown, title: '密钥已更换', note: '旧密钥的停用时间见发码机构列表,请在此之前换用新密钥。' };
}
