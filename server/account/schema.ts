/** What people ask about their own account, and what a PIN may be. */
import { z } from 'zod';
import { MAX_PASSWORD, totpCode } from '../staff/schema.ts';

export const PIN_DIGITS = 6;
/** Wrong PINs and passwords in a row at a locked screen; the last one ends the session. */
export const UNLOCK_TRIES = 5;

/** Whether a PIN is one that is guessed first: two digits at most, 123456 and the like, a half or a pair repeated. */
export function isTrivialPin(pin: string): boolean {
  const digits = [...pin].map(Number);
  const steps = digits.slice(1).map((digit, n) => (digit - (digits[n] ?? 0) + 10) % 10);
  const isRun = new Set(steps).size === 1;
  const half = pin.length / 2;
  return isRun || new Set(digits).size <= 2 || pin.slice(0, half) === pin.slice(half) || /^(?:(\d)\1)+$/.test(pin);
}

const password = z.string('请填写密码').min(1, '请填写密码').max(MAX_PASSWORD, `密码不超过 ${MAX_PASSWORD} 个字符`);
const pin = z.string('请填写 PIN').regex(/^\d{6}$/, `PIN 为 ${PIN_DIGITS} 位数字`);

export const passwordInput = z.object({ password });
export const changePasswordInput = z.object({ password, newPassword: password });
export type ChangePasswordInput = z.infer<typeof changePasswordInput>;
export const setPinInput = z.object({ password, pin });
export type SetPinInput = z.infer<typeof setPinInput>;
export const codeInput = z.object({ code: totpCode });

/** The PIN, or the password, which can set a PIN for the next time. */
export const unlockInput = z
  .object({ pin: pin.optional(), password: password.optional(), newPin: pin.optional() })
  .refine((input) => (input.pin === undefined) !== (input.password === undefined), {
    path: ['pin'],
    error: '请填写 PIN 或密码',
  })
  .refine((input) => input.newPin === undefined || input.password !== undefined, {
    path: ['newPin'],
    error: '设置 PIN 须填写密码',
  });
export type UnlockInput = z.infer<typeof unlockInput>;
