import { useMutation } from '@tanstack/react-query';
import { Alert, Form, type FormProps, Modal } from 'antd';
import { type ReactNode, useId } from 'react';
import { toProblem } from '../ui/api.ts';
import { focusFirst } from './focus-first.ts';

interface Props<Values, Answer> {
  title: string;
  okText: string;
  danger?: boolean;
  open: boolean;
  initialValues?: FormProps<Values>['initialValues'];
  send: (values: Values) => Promise<Answer>;
  onDone?: (answer: Answer) => void;
  /** Also after a failure: an answer that got lost may have done it all the same. */
  onTried: () => void;
  onClose: () => void;
  /** What is asked, and fields named as the server names them. */
  children: ReactNode;
}

/** Asks before something is done, does it, and says what the server has against it: beside its field, or below. */
export function AskModal<Values extends object, Answer>(props: Props<Values, Answer>) {
  const { title, okText, danger = false, open, initialValues, send, onDone, onTried, onClose, children } = props;
  const [form] = Form.useForm<Values>();
  const id = useId();
  const hasField = (field: string | null) => field !== null && field in form.getFieldsValue();
  const sending = useMutation({
    mutationFn: send,
    onSuccess: (answer) => {
      onClose();
      onDone?.(answer);
    },
    onError: (error) => {
      const { field, message } = toProblem(error);
      if (hasField(field)) form.setFields([{ name: field as never, errors: [message] }]);
    },
    onSettled: onTried,
    // An answer can hold a secret.
    gcTime: 0,
  });
  const problem = sending.error && toProblem(sending.error);
  return (
    <Modal
      title={title}
      open={open}
      afterOpenChange={focusFirst}
      onCancel={() => !sending.isPending && onClose()}
      afterClose={sending.reset}
      okText={okText}
      okButtonProps={{ danger, htmlType: 'submit', form: id }}
      confirmLoading={sending.isPending}
      destroyOnHidden
    >
      <Form<Values>
        id={id}
        form={form}
        layout="vertical"
        validateTrigger="onSubmit"
        autoComplete="off"
        initialValues={initialValues}
        clearOnDestroy
        onFinish={(values) => sending.mutate(values)}
      >
        {children}
      </Form>
      {problem && !hasField(problem.field) && <Alert type="error" showIcon role="alert" title={problem.message} />}
    </Modal>
  );
}
