/** Who says whether a person is the one they say they are: the imported register, or the city's gateway. */

/** 实名认证方式: 1 name and number, 2 these and the phone, 3 the face, 4 at a counter. */
export type Method = '1' | '2' | '3' | '4';

/** What a person says, in the forms of the record. */
export interface Claim {
  name: string;
  idCardTypeCode: string;
  idcode: string;
  phone: string;
}

export type Verification =
  /** With name and nation as the source has them, if it has. */
  | { outcome: 'passed'; methods: Method[]; name: string | null; nation: string | null }
  /** Whatever differs: number, name or phone. */
  | { outcome: 'mismatch' }
  /** The person goes to `page`, and {@link IdentitySource.finish} tells the end. */
  | { outcome: 'face'; id: string; page: string }
  | { outcome: 'unavailable' };

export interface IdentitySource {
  /** What can be asked for. */
  readonly methods: readonly Method[];
  /** Methods that were not asked for may be added: see {@link judge}. */
  verify(claim: Claim, methods: readonly Method[]): Promise<Verification>;
  /** What became of a face recognition. */
  finish(id: string): Promise<Verification>;
}

/** Only who passed every method asked for has passed. */
export function judge(verification: Verification, methods: readonly Method[]): Verification {
  const short = verification.outcome === 'passed' && methods.some((method) => !verification.methods.includes(method));
  return short ? { outcome: 'mismatch' } : verification;
}
