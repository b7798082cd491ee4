import { DatePicker, Form, type FormRule } from 'antd';
import type { Dayjs } from 'dayjs';
// The picker's weeks begin on Monday by it.
import 'dayjs/locale/zh-cn';

/** The first and the last day that a form asks for, both included. */
export interface Days {
  from?: Dayjs | null | undefined;
  to?: Dayjs | null | undefined;
}

/** `yyyy-MM-dd`, as the server takes them; what is not chosen is left out. */
export const daysOf = ({ from, to }: Days) => ({
  from: from?.format('YYYY-MM-DD'),
  to: to?.format('YYYY-MM-DD'),
});

const notBefore: FormRule = ({ getFieldValue }) => ({
  validator: async (_rule, to: Dayjs | null | undefined) => {
    const from: Dayjs | null | undefined = getFieldValue('from');
    if (from && to?.isBefore(from, 'day')) throw new Error('结束日期不能早于开始日期');
  },
});

interface Props {
  /** What the form asks of its last day besides. */
  rules?: FormRule[];
  /** Neither can be left out. */
  required?: boolean;
}

/** Two fields, and no range picker: that one keeps the Tab key to itself, and who works by keyboard never gets out of it. */
export function DayFields({ rules = [], required = false }: Props) {
  const given: FormRule[] = required ? [{ required, message: '请选择日期' }] : [];
  return (
    <>
      <Form.Item name="from" label="开始日期" required={false} rules={given}>
        <DatePicker allowClear={!required} style={{ width: '100%' }} />
      </Form.Item>
      <Form.Item name="to" label="结束日期" required={false} validateFirst rules={[...given, notBefore, ...rules]}>
        <DatePicker allowClear={!required} style={{ width: '100%' }} />
      </Form.Item>
    </>
  );
}
