import { useQuery } from '@tanstack/react-query';
import { Button, Card, Form, Input, Select } from 'antd';
import dayjs from 'dayjs';
import { RECORD_STATES, type RecordFilter, type RecordState, recordFilter } from '../../../server/records/schema.ts';
import { api } from '../../ui/api.ts';
import { DayFields, type Days, daysOf } from '../day-fields.tsx';
import { zodRule } from '../zod-rule.ts';
import { useSearch } from './search.tsx';
import styles from './search-form.module.css';
import { METHODS, SEARCH_KEYS } from './search-keys.ts';

interface Fields extends Days {
  by: keyof typeof SEARCH_KEYS;
  text: string;
  cityCode?: string | undefined;
  app?: string | undefined;
  state?: RecordState | undefined;
  method?: NonNullable<RecordFilter['method']> | undefined;
}

const EMPTY: Fields = {
  by: 'name',
  text: '',
  cityCode: undefined,
  app: undefined,
  state: undefined,
  method: undefined,
  from: undefined,
  to: undefined,
};
const KEYS = Object.entries(SEARCH_KEYS).map(([value, { label }]) => ({ value, label }));
const STATES = Object.entries(RECORD_STATES).map(([value, label]) => ({ value, label }));
const METHOD_CHOICES = Object.entries(METHODS).map(([value, label]) => ({ value, label }));

const searchOf = ({ by, text }: Pick<Fields, 'by' | 'text'>) => (text.trim() ? { by, text } : undefined);

function toFilter({ by, text, from, to, ...rest }: Fields): RecordFilter {
  return recordFilter.parse({ search: searchOf({ by, text }), ...rest, ...daysOf({ from, to }) });
}

function toFields({ search, from, to, ...rest }: RecordFilter): Fields {
  return { ...EMPTY, ...rest, ...search, from: from ? dayjs(from) : undefined, to: to ? dayjs(to) : undefined };
}

/** Asks for records: by one key, and by what filters narrow it to. */
export function SearchForm() {
  const { asked, ask } = useSearch();
  const [form] = Form.useForm<Fields>();
  const by = Form.useWatch('by', form) ?? EMPTY.by;
  const city = Form.useWatch('cityCode', form);
  const sources = useQuery({ queryKey: ['records.sources'], queryFn: () => api.records.sources.query() });
  const cities = sources.data?.cities.map(({ code, name }) => ({ value: code, label: name }));
  const apps = sources.data?.apps
    .filter(({ cityCode }) => !city || cityCode === city)
    .map(({ number, name }) => ({ value: number, label: `${name}(${number})` }));

  function clear() {
    form.setFieldsValue(EMPTY);
    form.setFields([{ name: 'text', errors: [] }]);
    ask({ filter: {}, order: undefined });
  }

  return (
    <Card size="small">
      <Form<Fields>
        form={form}
        name="records"
        layout="vertical"
        className={styles.form}
        initialValues={toFields(asked.filter)}
        validateTrigger="onSubmit"
        autoComplete="off"
        onFinish={(fields) => ask({ filter: toFilter(fields), order: undefined })}
      >
        <Form.Item name="by" label="查询方式">
          <Select options={KEYS} onChange={() => form.setFields([{ name: 'text', errors: [] }])} />
        </Form.Item>
        <Form.Item
          name="text"
          label={SEARCH_KEYS[by].label}
          className={styles.text}
          rules={[zodRule((text) => recordFilter.safeParse({ search: searchOf({ by, text: String(text ?? '') }) }))]}
        >
          <Input placeholder={SEARCH_KEYS[by].hint} autoComplete="off" spellCheck={false} maxLength={512} />
        </Form.Item>
        <Form.Item name="cityCode" label="来源城市">
          <Select
            allowClear
            placeholder="全部"
            options={cities}
            loading={sources.isPending}
            onChange={() => form.setFieldsValue({ app: undefined })}
          />
        </Form.Item>
        <Form.Item name="app" label="应用">
          <Select
            allowClear
            placeholder="全部"
            options={apps}
            loading={sources.isPending}
            showSearch={{ optionFilterProp: 'label' }}
          />
        </Form.Item>
        <Form.Item name="state" label="状态">
          <Select allowClear placeholder="全部" options={STATES} />
        </Form.Item>
        <Form.Item name="method" label="实名认证方式">
          <Select allowClear placeholder="全部" options={METHOD_CHOICES} />
        </Form.Item>
        <DayFields />
        <div className={styles.buttons}>
          <Button type="primary" htmlType="submit">
            查询
          </Button>
          <Button onClick={clear}>清空</Button>
        </div>
      </Form>
    </Card>
  );
}
