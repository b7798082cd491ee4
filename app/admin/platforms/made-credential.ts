import type { MadeSecret } from './secret-modal.tsx';

const ADVICE = '请立即复制并交给市级平台妥善保存。关闭后无法再次查看,遗失时只能轮换密钥。';

/** A credential's new secret. @param overlapHours how long the one before still holds; null when there was none */
export function madeCredential(made: { appId: string; secret: string }, overlapHours: number | null): MadeSecret {
  const shown = { holder: { label: 'App ID', name: made.appId }, secret: made.secret, advice: ADVICE };
  if (overlapHours === null) return { ...shown, title: '凭据已生成' };
  const note = overlapHours > 0 ? `旧密钥 ${overlapHours} 小时后失效。` : '旧密钥已立即失效。';
  return { ...shown, title: '新密钥已生成', note };
}
