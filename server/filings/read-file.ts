/** What an uploaded file may be: judged by its content, never by its name or by what it is said to be. */
import sharp from 'sharp';
import { DomainError } from '../errors.ts';
import { type FileKind, LARGEST_PICTURE, LARGEST_SCAN } from './schema.ts';

export interface ReadFile {
  contentType: 'image/png' | 'image/jpeg' | 'application/pdf';
  content: Buffer;
}

/** Pixels: a small file can unfold to gigabytes. */
const LARGEST_PIXELS = 50_000_000;
const SIGNATURES: [ReadFile['contentType'], Buffer][] = [
  ['image/png', Buffer.from('89504e470d0a1a0a', 'hex')],
  ['image/jpeg', Buffer.from('ffd8ff', 'hex')],
  ['application/pdf', Buffer.from('%PDF-')],
];

const megabytes = (bytes: number) => bytes / 1024 / 1024;
export const tooLarge = (kind: FileKind) =>
  new DomainError(
    'TOO_LARGE',
    `文件过大:不超过 ${megabytes(kind === 'screen' ? LARGEST_PICTURE : LARGEST_SCAN)} MB`,
    kind,
  );

/**
 * Reads a picture (PNG, JPEG) or, for a stamped form, also a PDF. Pictures are encoded anew, upright and without what
 * cameras write into them (place, time, device); a PDF stays as it is and is only ever handed out as a download.
 * @throws DomainError TOO_LARGE, UNSUPPORTED_TYPE, MALFORMED (a picture that can't be read)
 */
export async function readFile(kind: FileKind, bytes: Buffer): Promise<ReadFile> {
  if (bytes.length > (kind === 'screen' ? LARGEST_PICTURE : LARGEST_SCAN)) throw tooLarge(kind);
  const contentType = typeOf(bytes);
  if (contentType === 'application/pdf' && kind === 'stamped') return { contentType, content: bytes };
  if (contentType !== 'image/png' && contentType !== 'image/jpeg') {
    const allowed = kind === 'screen' ? 'PNG 或 JPEG 图片' : 'PDF、PNG 或 JPEG 文件';
    throw new DomainError('UNSUPPORTED_TYPE', `文件内容不是${allowed}`, kind);
  }
  try {
    const picture = sharp(bytes, { limitInputPixels: LARGEST_PIXELS, failOn: 'error', pages: 1 }).autoOrient();
    const encoded = contentType === 'image/png' ? picture.png() : picture.jpeg({ quality: 90 });
    return { contentType, content: await encoded.toBuffer() };
  } catch {
    throw new DomainError('MALFORMED', '图片已损坏或尺寸过大,无法读取', kind);
  }
}

/** By the first bytes, so that no other format ever reaches the decoder. */
function typeOf(bytes: Buffer): ReadFile['contentType'] | undefined {
  return SIGNATURES.find(([, signature]) => bytes.subarray(0, signature.length).equals(signature))?.[0];
}
