import { Button, Card, Form, Input, Select } from 'antd';
import type { z } from 'zod';
import { auditFilter, browseAuditInput } from '../../../server/audit/schema.ts';
import { DayFields, type Days, daysOf } from '../day-fields.tsx';
import { zodRule } from '../zod-rule.ts';
import styles from './audit.module.css';
import { ACTION_OPTIONS, OUTCOME_OPTIONS } from './words.ts';

/** What is asked of the trail. */
export type Asked = Omit<z.infer<typeof browseAuditInput>, 'cursor'>;

interface Fields extends Days {
  action: string | undefined;
  /** `good`, `bad`, or an outcome's word. */
  outcome: string | undefined;
  actor: string;
  siteCode: string;
  subject: string;
  order: Asked['order'];
}

const EMPTY: Fields = {
  from: null,
  to: null,
  action: undefined,
  outcome: undefined,
  actor: '',
  siteCode: '',
  subject: '',
  order: 'newest',
};
const ORDERS = [
  { value: 'newest', label: '从新到旧' },
  { value: 'oldest', label: '从旧到新' },
];
const SEARCH = { optionFilterProp: 'label' };

const { actor, siteCode, subject } = auditFilter.shape;

function toAsked({ from, to, outcome, order, ...fields }: Fields): Asked {
  const given = Object.entries(fields).filter(([, value]) => value?.trim());
  const byClass = outcome === 'good' || outcome === 'bad';
  const filter = {
    ...Object.fromEntries(given),
    ...daysOf({ from, to }),
    ...(outcome && (byClass ? { outcomeClass: outcome } : { outcome })),
  };
  return browseAuditInput.parse({ filter, order });
}

/** Asks what of the trail is to be seen. */
export function FilterForm({ onAsk }: { onAsk: (asked: Asked) => void }) {
  const [form] = Form.useForm<Fields>();
  const text = (schema: typeof actor | typeof siteCode | typeof subject) => [
    zodRule((value) => schema.safeParse(String(value).trim() || undefined)),
  ];
  function clear() {
    form.resetFields();
    onAsk(toAsked(EMPTY));
  }
  return (
    <Card size="small">
      <Form<Fields>
        form={form}
        name="audit"
        layout="vertical"
        className={styles.form}
        initialValues={EMPTY}
        validateTrigger="onSubmit"
        autoComplete="off"
        onFinish={(fields) => onAsk(toAsked(fields))}
      >
        <DayFields />
        <Form.Item name="action" label="操作">
          <Select allowClear showSearch={SEARCH} placeholder="全部" options={ACTION_OPTIONS} />
        </Form.Item>
        <Form.Item name="outcome" label="结果">
          <Select allowClear showSearch={SEARCH} placeholder="全部" options={OUTCOME_OPTIONS} />
        </Form.Item>
        <Form.Item name="actor" label="操作人" rules={text(actor)}>
          <Input placeholder="用户名" maxLength={64} autoComplete="off" spellCheck={false} />
        </Form.Item>
        <Form.Item name="siteCode" label="接种单位编码" rules={text(siteCode)}>
          <Input placeholder="10 位数字" maxLength={20} autoComplete="off" inputMode="numeric" />
        </Form.Item>
        <Form.Item name="subject" label="对象" rules={text(subject)} className={styles.subject}>
          <Input placeholder="卡号、记录编号、凭证号、批次号等,须完整" maxLength={200} spellCheck={false} />
        </Form.Item>
        <Form.Item name="order" label="顺序" className={styles.order}>
          <Select options={ORDERS} />
        </Form.Item>
        <div className={styles.buttons}>
          <Button type="primary" htmlType="submit">
            查询
          </Button>
          <Button onClick={clear}>重置</Button>
        </div>
      </Form>
    </Card>
  );
}
