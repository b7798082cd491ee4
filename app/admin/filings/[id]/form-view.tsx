import { Card, Descriptions, Table, type TableColumnsType } from 'antd';
import { type FilingFormInput, FORM_LABELS, type FormField, methodWords } from '../../../../server/filings/schema.ts';
import { FLUSH } from '../../flush.ts';
import styles from '../filings.module.css';
import type { Opened } from './page.tsx';

const FIELDS = Object.keys(FORM_LABELS) as FormField[];
const COLUMNS = { xs: 1, sm: 1, md: 2, lg: 2, xl: 2, xxl: 2 };

const textOf = (form: FilingFormInput, field: FormField) =>
  field === 'authenticationMethod' ? methodWords(form.authenticationMethod) : form[field];

/** The form as it was submitted. */
export function FormView({ filing }: { filing: Opened }) {
  const fields = FIELDS.map((field) => ({
    key: field as string,
    label: FORM_LABELS[field] as string,
    children: textOf(filing.form, field) || '—',
  }));
  const items = [
    ...fields.slice(0, 1),
    { key: 'recognize', label: '应用备案号', children: filing.appRecordNoRecognize ?? '—' },
    ...fields.slice(1),
    { key: 'net', label: '接入组件入网编码', children: filing.appRecordNo ?? '—' },
    { key: 'opinion', label: '管理单位意见', children: filing.opinion ?? '—' },
  ];
  return (
    <Card title="申请表">
      <Descriptions
        bordered
        size="small"
        column={COLUMNS}
        items={items}
        styles={{ content: { overflowWrap: 'anywhere' } }}
      />
    </Card>
  );
}

interface Difference {
  field: string;
  label: string;
  before: string;
  after: string;
}

const COMPARED: TableColumnsType<Difference> = [
  { title: '项目', dataIndex: 'label', width: 160 },
  { title: '上一版', dataIndex: 'before', className: styles.text ?? '' },
  { title: '本版', dataIndex: 'after', className: styles.text ?? '' },
];

/** What changed since the version before; nothing for a first one. */
export function Comparison({ filing }: { filing: Opened }) {
  const [before, after] = filing.versions.slice(-2);
  if (!before || !after) return null;
  const formOf = ({ appName, form }: typeof before) => ({ appName, ...form });
  const differences: Difference[] = FIELDS.map((field) => ({
    field,
    label: FORM_LABELS[field],
    before: textOf(formOf(before), field),
    after: textOf(formOf(after), field),
  })).filter(({ before, after }) => before !== after);
  const added = after.screens.filter((id) => !before.screens.includes(id)).length;
  const removed = before.screens.filter((id) => !after.screens.includes(id)).length;
  if (added || removed) {
    differences.push({
      field: 'screens',
      label: '实名认证界面设计',
      before: `${before.screens.length} 张`,
      after: `${after.screens.length} 张(新增 ${added} 张,移除 ${removed} 张)`,
    });
  }
  return (
    <Card title={`与上一版的不同(第 ${before.version} 版 → 第 ${after.version} 版)`} size="small" styles={FLUSH}>
      <Table<Difference>
        size="small"
        rowKey="field"
        columns={COMPARED}
        dataSource={differences}
        pagination={false}
        locale={{ emptyText: '内容没有变化' }}
      />
    </Card>
  );
}
