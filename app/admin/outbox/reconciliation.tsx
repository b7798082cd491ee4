import { useMutation } from '@tanstack/react-query';
import { Alert, Button, Card, Empty, Form, type FormRule, Table, type TableColumnsType, Tag } from 'antd';
import dayjs from 'dayjs';
import { reconcileInput } from '../../../server/city/schema.ts';
import { api, toProblem } from '../../ui/api.ts';
import type { Answers } from '../answers.ts';
import { DayFields, type Days, daysOf } from '../day-fields.tsx';
import { FLUSH } from '../flush.ts';
import styles from './outbox.module.css';

type Row = Answers['city']['reconcile'][number];

const figure = (count: number) => count.toLocaleString('zh-CN');
const COLUMNS: TableColumnsType<Row> = [
  { title: '日期', dataIndex: 'day', width: '30%' },
  { title: '本市', dataIndex: 'own', width: '18%', align: 'right', render: figure },
  { title: '省平台', dataIndex: 'held', width: '20%', align: 'right', render: figure },
  {
    title: '结果',
    dataIndex: 'equal',
    align: 'center',
    render: (equal: boolean) => (equal ? <Tag color="success">一致</Tag> : <Tag color="error">不一致</Tag>),
  },
];

/** As many days as the server compares at once. */
const fewEnough: FormRule = ({ getFieldValue }) => ({
  validator: async (_rule, to: Days['to']) => {
    const { error } = reconcileInput.safeParse(daysOf({ from: getFieldValue('from'), to }));
    const wrong = error?.issues.find(({ path }) => path[0] === 'to');
    if (wrong) throw new Error(wrong.message);
  },
});

/** Compares, day by day, what was accepted with what the province holds. */
export function Reconciliation() {
  const [form] = Form.useForm<Days>();
  const asking = useMutation({
    mutationFn: (days: Days) => api.city.reconcile.query(reconcileInput.parse(daysOf(days))),
    gcTime: 0,
  });
  const { data: days, error, isPending } = asking;
  return (
    <section className={styles.part} aria-labelledby="reconciliation">
      <h2 id="reconciliation">对账</h2>
      <Card size="small">
        <p className={styles.hint}>
          按日比对本市已收下的记录与省平台现存的记录,精确到每一条;同一记录只计最后一次,一次最多 31 天。
        </p>
        <Form<Days>
          form={form}
          name="reconciliation"
          layout="vertical"
          className={styles.days}
          initialValues={{ from: dayjs().subtract(6, 'day'), to: dayjs() }}
          validateTrigger="onSubmit"
          onFinish={(chosen) => asking.mutate(chosen)}
        >
          <DayFields required rules={[fewEnough]} />
          <Button type="primary" htmlType="submit" loading={isPending}>
            对账
          </Button>
        </Form>
        {error && <Alert type="error" showIcon role="alert" title={toProblem(error).message} />}
        <div aria-live="polite">{days && days.length > 0 && <Summary days={days} />}</div>
      </Card>
      {days && (
        <Card size="small" styles={FLUSH} className={styles.result}>
          <Table<Row>
            columns={COLUMNS}
            dataSource={days}
            rowKey="day"
            pagination={false}
            size="medium"
            loading={isPending}
            locale={{
              emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description="这几天没有已收下的记录" />,
            }}
          />
        </Card>
      )}
    </section>
  );
}

function Summary({ days }: { days: Row[] }) {
  const unequal = days.filter(({ equal }) => !equal).length;
  return unequal === 0 ? (
    <Alert type="success" showIcon title={`有记录的 ${days.length} 天全部一致`} />
  ) : (
    <Alert
      type="error"
      showIcon
      title={`有记录的 ${days.length} 天中,${unequal} 天不一致`}
      description="上报未完成时可能暂时不一致,请待上报后再次对账;仍不一致的,请凭日期与省平台核对。"
    />
  );
}
