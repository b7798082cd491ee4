import { z } from 'zod';
import type { Role } from '../staff/schema.ts';

export const FILING_STATES = {
  draft: '草稿',
  submitted: '待交盖章件',
  handed_in: '待审核',
  returned: '已退回',
  refused: '不予备案',
  approved: '已备案',
  revoked: '已撤销备案',
} as const;
export type FilingState = keyof typeof FILING_STATES;

interface Rule {
  label: string;
  from: readonly FilingState[];
  to: FilingState;
  by: Extract<Role, 'city' | 'province'>;
  /** Whether 管理单位意见 has to be written. */
  opinion: boolean;
}

/** The way of a filing (F2): who may move it from where to where. A stored word is a format: changing one is a migration. */
export const FILING_MOVES = {
  submit: { label: '提交', from: ['draft', 'returned'], to: 'submitted', by: 'city', opinion: false },
  recall: { label: '撤回修改', from: ['submitted', 'handed_in'], to: 'draft', by: 'city', opinion: false },
  hand_in: { label: '交回盖章件', from: ['submitted'], to: 'handed_in', by: 'city', opinion: false },
  return: { label: '退回修改', from: ['handed_in'], to: 'returned', by: 'province', opinion: true },
  refuse: { label: '不予备案', from: ['handed_in'], to: 'refused', by: 'province', opinion: true },
  approve: { label: '同意备案', from: ['handed_in'], to: 'approved', by: 'province', opinion: true },
  revoke: { label: '撤销备案', from: ['approved'], to: 'revoked', by: 'province', opinion: true },
} as const satisfies Record<string, Rule>;
export type FilingMove = keyof typeof FILING_MOVES;

/** States in which the city may still write. */
export const isEditable = (state: FilingState) => state === 'draft' || state === 'returned';

/** Whether nobody but its city has ever seen it, so that it can go without a trace but the audit trail's. */
export const mayDiscard = ({ state, version }: { state: FilingState; version: number }) =>
  state === 'draft' && version === 0;

/** Moves that a role may make in a state. */
export function movesFrom(state: FilingState, role: Role): FilingMove[] {
  const rules = Object.entries(FILING_MOVES) as [FilingMove, Rule][];
  return rules.filter(([, { from, by }]) => by === role && from.includes(state)).map(([move]) => move);
}

/** Labels of the form (F1), by field. */
export const FORM_LABELS = {
  appName: '应用名称',
  appOrganisation: '应用所属机构',
  organisationRecordNo: '机构备案号',
  builder: '建设单位',
  builderContact: '建设单位联系人',
  developer: '开发单位',
  developerContact: '开发单位联系人',
  authenticationMethod: '实名认证方式',
} as const;
export type FormField = keyof typeof FORM_LABELS;

/** 实名认证方式 of 5.2.2, `authentication_method`. */
export const METHOD_NAMES = {
  '1': '二要素认证(姓名+身份证号)',
  '2': '三要素认证(姓名+身份证号+手机号)',
  '3': '面部识别',
  '4': '现场认证',
} as const;

/** `2^3` in words. */
export const methodWords = (methods: string) =>
  methods
    .split('^')
    .map((method) => METHOD_NAMES[method as keyof typeof METHOD_NAMES])
    .filter(Boolean)
    .join('、');

const LONGEST = 200;
const upTo = (field: FormField, most: number) =>
  z.string(`请填写${FORM_LABELS[field]}`).trim().max(most, `${FORM_LABELS[field]}不超过 ${most} 个字`);

const METHODS = z
  .string('请选择实名认证方式')
  .regex(/^([1-4](\^[1-4])*)?$/, '实名认证方式由 1 至 4 组成,以 ^ 分隔')
  .transform((text) => [...new Set(text.split('^'))].sort().join('^'));

/** The form as a draft: every field may still be empty, none may be too long. */
export const filingForm = z.object({
  appName: upTo('appName', 50),
  appOrganisation: upTo('appOrganisation', LONGEST),
  organisationRecordNo: upTo('organisationRecordNo', 50),
  builder: upTo('builder', LONGEST),
  builderContact: upTo('builderContact', 50),
  developer: upTo('developer', LONGEST),
  developerContact: upTo('developerContact', 50),
  authenticationMethod: METHODS,
});
export type FilingFormInput = z.infer<typeof filingForm>;

const filingId = z.number().int().positive();
export const filingInput = z.object({ id: filingId });
export const fileInput = z.object({ id: filingId, fileId: z.uuid('文件编号有误') });
export const saveFilingInput = filingInput.and(filingForm);

export const FILINGS_PER_PAGE = 20;
export const browseFilingsInput = z.object({
  state: z.enum(Object.keys(FILING_STATES) as [FilingState, ...FilingState[]]).optional(),
  /** Every city, if left out; a city may ask for its own only. */
  cityCode: z
    .string()
    .regex(/^\d{4}$/, '城市编码应为 4 位数字')
    .optional(),
  /** `id` of the last filing of the page before. */
  cursor: filingId.optional(),
});
export type BrowseFilingsInput = z.infer<typeof browseFilingsInput>;

export const moveFilingInput = z
  .object({
    id: filingId,
    move: z.enum(Object.keys(FILING_MOVES) as [FilingMove, ...FilingMove[]]),
    /** 管理单位意见, or the reason of a revocation. */
    opinion: z.string().trim().max(500, '意见不超过 500 个字').optional(),
  })
  .superRefine(({ move, opinion }, context) => {
    if (!FILING_MOVES[move].opinion || (opinion && opinion.length >= 2)) return;
    context.addIssue({ code: 'custom', path: ['opinion'], message: '请填写意见,至少 2 个字' });
  });
export type MoveFilingInput = z.infer<typeof moveFilingInput>;

export const FILE_KINDS = ['screen', 'stamped'] as const;
export type FileKind = (typeof FILE_KINDS)[number];
export const MOST_SCREENS = 9;
/** Bytes. */
export const LARGEST_PICTURE = 5 * 1024 * 1024;
export const LARGEST_SCAN = 20 * 1024 * 1024;
