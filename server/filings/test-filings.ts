/** What the filings' tests share: the form, files, and filings brought as far on their way as wanted. */
import { PNG } from 'pngjs';
import type { TestConsole } from '../test-console.ts';
import { FILING_MOVES, type FileKind, type FilingMove, type FilingState } from './schema.ts';

export const FORM = {
  appName: '示例新应用',
  appOrganisation: '广州市示例健康信息中心',
  organisationRecordNo: 'GZ-ORG-0001',
  builder: '广州市示例卫生健康局',
  builderContact: '梁示例',
  developer: '示例软件有限公司',
  developerContact: '何示例',
  authenticationMethod: '3^2',
};
export const OPINION = '材料齐全,同意备案';
export const PICTURE = PNG.sync.write(new PNG({ width: 30, height: 60 }));
export const PDF = Buffer.from('%PDF-1.7\n%%EOF\n');

/** Sends a file as the city, or with another cookie. */
export async function sendFile(
  site: TestConsole,
  id: number,
  kind: FileKind,
  bytes: Uint8Array<ArrayBuffer> | Buffer,
  { name = 'x.png', cookie = '' } = {},
) {
  const body = new FormData();
  body.set('kind', kind);
  body.set('file', new File([new Uint8Array(bytes)], name));
  const headers = { cookie: cookie || (await site.cookieOf('city')) };
  const response = await fetch(`${site.url}/api/filings/${id}/files`, { method: 'POST', headers, body });
  return { status: response.status, ...((await response.json()) as { fileId: string; code: string; field: string }) };
}

/** Makes a move as whoever may. */
export async function moveOn(site: TestConsole, id: number, move: FilingMove) {
  return (await site.as(FILING_MOVES[move].by)).filings.move.mutate({ id, move, opinion: OPINION });
}

/** Brings a new filing of the city into a state by the moves that lead there. @returns its id */
export async function filingIn(site: TestConsole, state: FilingState): Promise<number> {
  const { id } = await (await site.as('city')).filings.create.mutate(FORM);
  const way: Record<FilingState, FilingMove[]> = {
    draft: [],
    submitted: ['submit'],
    handed_in: ['submit', 'hand_in'],
    returned: ['submit', 'hand_in', 'return'],
    refused: ['submit', 'hand_in', 'refuse'],
    approved: ['submit', 'hand_in', 'approve'],
    revoked: ['submit', 'hand_in', 'approve', 'revoke'],
  };
  await sendFile(site, id, 'screen', PICTURE);
  for (const move of way[state]) {
    if (move === 'hand_in') await sendFile(site, id, 'stamped', PDF);
    await moveOn(site, id, move);
  }
  return id;
}
