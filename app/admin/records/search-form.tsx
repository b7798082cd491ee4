import { Button, Card, Form, Input, Select } from 'antd';
import { browseRecordsInput } from '../../../server/records/schema.ts';
import { zodRule } from '../zod-rule.ts';
import { useSearch } from './search.tsx';
import styles from './search-form.module.css';
import { SEARCH_KEYS } from './search-keys.ts';

interface Fields {
  by: keyof typeof SEARCH_KEYS;
  text: string;
}

const EMPTY: Fields = { by: 'name', text: '' };
const KEYS = Object.entries(SEARCH_KEYS).map(([value, { label }]) => ({ value, label }));

/** Asks for records by one key. */
export function SearchForm() {
  const { asked, ask } = useSearch();
  const [form] = Form.useForm<Fields>();
  const by = Form.useWatch('by', form) ?? EMPTY.by;

  function clear() {
    form.setFieldsValue(EMPTY);
    form.setFields([{ name: 'text', errors: [] }]);
    ask(undefined);
  }

  return (
    <Card size="small">
      <Form<Fields>
        form={form}
        name="records"
        layout="vertical"
        className={styles.form}
        initialValues={asked.search ?? EMPTY}
        validateTrigger="onSubmit"
        autoComplete="off"
        onFinish={(search) => ask(browseRecordsInput.parse({ search }).search)}
      >
        <Form.Item name="by" label="查询方式" className={styles.by}>
          <Select options={KEYS} onChange={() => form.setFields([{ name: 'text', errors: [] }])} />
        </Form.Item>
        <Form.Item
          name="text"
          label={SEARCH_KEYS[by].label}
          className={styles.text}
          rules={[zodRule((text) => browseRecordsInput.safeParse({ search: { by, text } }))]}
        >
          <Input placeholder={SEARCH_KEYS[by].hint} autoComplete="off" spellCheck={false} maxLength={512} />
        </Form.Item>
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
