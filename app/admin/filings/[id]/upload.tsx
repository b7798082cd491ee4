import { UploadOutlined } from '@ant-design/icons';
import { useMutation } from '@tanstack/react-query';
import { Alert, Button, Upload } from 'antd';
import { type FileKind, LARGEST_PICTURE, LARGEST_SCAN } from '../../../../server/filings/schema.ts';
import { toProblem, uploadTo } from '../../../ui/api.ts';

interface Props {
  id: number;
  kind: FileKind;
  label: string;
  onTried: () => void;
}

const ACCEPT = { screen: '.png,.jpg,.jpeg', stamped: '.pdf,.png,.jpg,.jpeg' };
const LARGEST = { screen: LARGEST_PICTURE, stamped: LARGEST_SCAN };

/** Sends a file at once, and says beside it why it was not taken; nothing else of the page is lost by that. */
export function FilingUpload({ id, kind, label, onTried }: Props) {
  const sending = useMutation({
    mutationFn: async (file: File) => {
      const most = LARGEST[kind] / 1024 / 1024;
      if (file.size > LARGEST[kind]) return `文件过大:不超过 ${most} MB`;
      const form = new FormData();
      form.set('kind', kind);
      form.set('file', file);
      await uploadTo(`/api/filings/${id}/files`, form);
      return null;
    },
    onSettled: onTried,
  });
  const refusal = sending.error ? toProblem(sending.error).message : sending.data;
  return (
    <>
      <Upload
        accept={ACCEPT[kind]}
        showUploadList={false}
        disabled={sending.isPending}
        beforeUpload={(file) => {
          sending.mutate(file);
          return false;
        }}
      >
        <Button icon={<UploadOutlined aria-hidden />} loading={sending.isPending}>
          {label}
        </Button>
      </Upload>
      {refusal && <Alert type="error" showIcon role="alert" title={refusal} />}
    </>
  );
}
