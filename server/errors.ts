/**
 * What can go wrong by rule. `code` is for programs and never changes its meaning; `message` is Chinese, for people,
 * and holds no personal data. `status` is the HTTP status that every door answers with.
 */
export const ERROR_STATUS = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  BAD_INPUT: 400,
  NOT_HEALTH_CODE: 400,
  RESIDENT_NOT_AUTHENTICATED: 409,
  VOUCHER_NOT_FOUND: 404,
  VOUCHER_VOIDED: 409,
  VOUCHER_EXPIRED: 409,
  SERIALS_EXHAUSTED: 409,
  RECORD_NOT_FOUND: 404,
  STAFF_NOT_FOUND: 404,
  SITE_NOT_FOUND: 404,
  CITY_NOT_FOUND: 404,
  MALFORMED: 400,
  TOO_LARGE: 413,
  UNSUPPORTED_TYPE: 415,
  SIGNATURE_INVALID: 401,
  SIGNATURE_EXPIRED: 401,
  NONCE_REPLAYED: 401,
  WRONG_SOURCE: 403,
  BATCH_CONFLICT: 409,
  BATCH_NOT_FOUND: 404,
  CREDENTIAL_NOT_FOUND: 404,
  CREDENTIAL_TAKEN: 409,
  CITY_TAKEN: 409,
  USERNAME_TAKEN: 409,
  SITE_TAKEN: 409,
  FILING_NOT_FOUND: 404,
  FILING_LOCKED: 409,
  FILING_INCOMPLETE: 409,
  MOVE_NOT_ALLOWED: 409,
  FILE_NOT_FOUND: 404,
  TOO_MANY_FILES: 409,
  ACCOUNT_LOCKED: 403,
  OWN_ACCOUNT: 409,
  IMPORT_REFUSED: 400,
  STATIC_CODE_REFUSED: 409,
  CODE_FORGED: 409,
  CODE_EXPIRED: 409,
  ISSUER_UNKNOWN: 409,
  ISSUER_TAKEN: 409,
  ISSUER_NOT_FOUND: 404,
  EXPORT_NOT_FOUND: 404,
  EXPORT_NOT_READY: 409,
  EXPORT_RUNNING: 409,
  CITY_PLATFORM_OFF: 404,
  IDENTITY_MISMATCH: 409,
  IDENTITY_UNAVAILABLE: 503,
  GUARDIAN_REQUIRED: 409,
  FACE_NOT_FOUND: 404,
  MEMBER_NOT_FOUND: 404,
  CONSENT_OUTDATED: 409,
  WEAKER_AUTHENTICATION: 409,
  TOO_MANY_TRIES: 429,
  TOO_MANY_REQUESTS: 429,
  OUTBOX_ROW_NOT_FOUND: 404,
  PROVINCE_UNAVAILABLE: 503,
  STORAGE_FULL: 503,
  STORAGE_BUSY: 503,
  STORAGE_READONLY: 503,
  STORAGE_DAMAGED: 503,
  STORAGE_FAILED: 503,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly code: ErrorCode;
  /** The input field that the error is about, if one is. */
  readonly field: string | undefined;

  constructor(code: ErrorCode, message: string, field?: string) {
    super(message);
    this.code = code;
    this.field = field;
  }
}
