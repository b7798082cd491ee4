import { useMutation } from '@tanstack/react-query';
import { Alert, Button, Card, Checkbox, Form, Input } from 'antd';
import {
  type FilingFormInput,
  FORM_LABELS,
  type FormField,
  filingForm,
  METHOD_NAMES,
} from '../../../../server/filings/schema.ts';
import { api, toProblem } from '../../../ui/api.ts';
import { zodRule } from '../../zod-rule.ts';
import styles from '../filings.module.css';
import type { Opened } from './page.tsx';

type Values = Record<Exclude<FormField, 'authenticationMethod'>, string> & { authenticationMethod: string[] };

interface Props {
  filing: Opened;
  onSaved: () => void;
}

const TEXTS = (Object.keys(FORM_LABELS) as FormField[]).filter((field) => field !== 'authenticationMethod');
const METHODS = Object.entries(METHOD_NAMES).map(([value, label]) => ({ value, label }));

const toInput = ({ authenticationMethod, ...texts }: Values): FilingFormInput => ({
  ...texts,
  authenticationMethod: authenticationMethod.join('^'),
});

/** The form as a city writes it: saved as a draft as often as wanted, submitted once it is whole. */
export function FormEditor({ filing, onSaved }: Props) {
  const [form] = Form.useForm<Values>();
  const sending = useMutation({
    mutationFn: async ({ values, submit }: { values: Values; submit: boolean }) => {
      await api.filings.save.mutate({ id: filing.id, ...toInput(values) });
      if (submit) await api.filings.move.mutate({ id: filing.id, move: 'submit' });
      return submit;
    },
    // Also after a failure: what was written before it is saved.
    onSettled: onSaved,
    onError: (error) => {
      const { field, message } = toProblem(error);
      if (!field || !(field in FORM_LABELS)) return;
      form.setFields([{ name: field as FormField, errors: [message] }]);
      form.scrollToField(field, { focus: true });
    },
  });
  const problem = sending.error && toProblem(sending.error);
  const beside = problem?.field && problem.field in FORM_LABELS;

  async function send(submit: boolean) {
    try {
      sending.mutate({ values: await form.validateFields(), submit });
    } catch {
      const [first] = form.getFieldsError().filter(({ errors }) => errors.length > 0);
      if (first) form.scrollToField(first.name, { focus: true });
    }
  }

  const { authenticationMethod, ...texts } = filing.form;
  return (
    <Card title="申请表">
      <Form<Values>
        form={form}
        layout="vertical"
        autoComplete="off"
        initialValues={{ ...texts, authenticationMethod: authenticationMethod.split('^').filter(Boolean) }}
      >
        <div className={styles.form}>
          {TEXTS.map((field) => (
            <Form.Item
              key={field}
              name={field}
              label={FORM_LABELS[field]}
              className={field === 'appName' ? styles.whole : ''}
              rules={[zodRule((text) => filingForm.shape[field].safeParse(text))]}
            >
              <Input />
            </Form.Item>
          ))}
          <Form.Item name="authenticationMethod" label={FORM_LABELS.authenticationMethod} className={styles.whole}>
            <Checkbox.Group options={METHODS} />
          </Form.Item>
        </div>
        {problem && !beside && <Alert type="error" showIcon role="alert" title={problem.message} />}
        <div className={styles.actions}>
          <output>{sending.isSuccess && `草稿已保存 ${filing.updatedAt.slice(11, 16)}`}</output>
          <Button loading={sending.isPending} onClick={() => void send(false)}>
            保存草稿
          </Button>
          <Button type="primary" loading={sending.isPending} onClick={() => void send(true)}>
            提交
          </Button>
        </div>
      </Form>
    </Card>
  );
}
