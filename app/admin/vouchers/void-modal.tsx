import { useMutation } from '@tanstack/react-query';
import { Alert, Form, Input, Modal } from 'antd';
import type { z } from 'zod';
import { voidVoucherInput } from '../../../server/vouchers/schema.ts';
import { api, toProblem } from '../../ui/api.ts';
import { focusFirst } from '../focus-first.ts';
import { zodRule } from '../zod-rule.ts';

const FORM = 'void';

type VoidVoucherInput = z.infer<typeof voidVoucherInput>;

interface Props {
  /** The voucher to void; null while there is none. */
  voucherNo: string | null;
  onClose: () => void;
  onTried: () => void;
}

/** Asks why a voucher is to be voided, and voids it. */
export function VoidModal({ voucherNo, onClose, onTried }: Props) {
  const voiding = useMutation({
    mutationFn: (input: VoidVoucherInput) => api.vouchers.void.mutate(input),
    onSuccess: onClose,
    // Also after a failure: an answer that got lost may have voided it all the same.
    onSettled: onTried,
  });
  return (
    <Modal
      afterOpenChange={focusFirst}
      title="作废凭证"
      open={voucherNo !== null}
      onCancel={() => !voiding.isPending && onClose()}
      afterClose={voiding.reset}
      okText="确认作废"
      okButtonProps={{ danger: true, htmlType: 'submit', form: FORM }}
      confirmLoading={voiding.isPending}
      destroyOnHidden
    >
      <p>
        凭证号 <strong>{voucherNo}</strong>
      </p>
      <p>作废后不能再打印,也不能恢复。该居民当日可以重新核验取证。</p>
      <Form<{ reason: string }>
        id={FORM}
        layout="vertical"
        validateTrigger="onSubmit"
        onFinish={({ reason }) => voiding.mutate(voidVoucherInput.parse({ voucherNo, reason }))}
      >
        <Form.Item
          name="reason"
          label="作废原因"
          htmlFor="void-reason"
          rules={[zodRule((reason) => voidVoucherInput.shape.reason.safeParse(reason))]}
        >
          <Input.TextArea id="void-reason" rows={3} maxLength={100} showCount />
        </Form.Item>
      </Form>
      {voiding.error && <Alert type="error" showIcon role="alert" title={toProblem(voiding.error).message} />}
    </Modal>
  );
}
