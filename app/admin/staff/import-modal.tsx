import { DownloadOutlined, UploadOutlined } from '@ant-design/icons';
import { useMutation } from '@tanstack/react-query';
import { Alert, Button, Modal, Table, type TableColumnsType, Upload } from 'antd';
import { useState } from 'react';
import {
  IMPORT_COLUMNS,
  MAX_IMPORT_BYTES,
  MAX_IMPORT_ROWS,
  ROLE_NAMES,
  ROLES,
  type RowProblem,
  SITE_ROLES,
} from '../../../server/staff/schema.ts';
import { toProblem, uploadTo } from '../../ui/api.ts';
import { saveCsv, toCsv } from './csv.ts';
import type { NewPassword } from './passwords-modal.tsx';
import styles from './staff.module.css';

interface Props {
  open: boolean;
  /** A site admin imports people of the own site. */
  ownSiteOnly: boolean;
  onMade: (made: NewPassword[]) => void;
  onTried: () => void;
  onClose: () => void;
}

const HEADINGS = Object.entries(IMPORT_COLUMNS);
const headingOf = (field: string) => HEADINGS.find(([, column]) => column === field)?.[0] ?? '整行';

const COLUMNS: TableColumnsType<RowProblem> = [
  { title: '行', dataIndex: 'row', width: 64, align: 'right' },
  { title: '列', dataIndex: 'field', width: 130, render: headingOf },
  { title: '问题', dataIndex: 'message', className: styles.place },
];

function saveTemplate() {
  saveCsv(
    '人员导入模板.csv',
    toCsv<Record<string, string>>(
      HEADINGS.map(([header, key]) => ({ key, header })),
      [],
    ),
  );
}

/** Takes a list of people as CSV: all of them, or none and what is wrong with each row. */
export function ImportModal({ open, ownSiteOnly, onMade, onTried, onClose }: Props) {
  const [file, setFile] = useState<File | null>(null);
  const sending = useMutation({
    mutationFn: async (chosen: File) => {
      const form = new FormData();
      form.set('file', chosen);
      return uploadTo<{ created: NewPassword[] }>('/api/staff/import', form);
    },
    onSuccess: ({ created }) => {
      onClose();
      onMade(created);
    },
    // A browser won't send a file that was changed since it was chosen: it is chosen anew.
    onError: () => setFile(null),
    onSettled: onTried,
    // The answer holds passwords.
    gcTime: 0,
  });
  const problem = sending.error && toProblem(sending.error);
  const tooLarge = file !== null && file.size > MAX_IMPORT_BYTES;
  const roles = (ownSiteOnly ? SITE_ROLES : ROLES).map((role) => ROLE_NAMES[role]).join('、');
  return (
    <Modal
      title="导入人员"
      open={open}
      onCancel={() => !sending.isPending && onClose()}
      afterClose={() => {
        sending.reset();
        setFile(null);
      }}
      width={640}
      okText="导入"
      okButtonProps={{ disabled: file === null || tooLarge }}
      confirmLoading={sending.isPending}
      onOk={() => file && sending.mutate(file)}
      destroyOnHidden
    >
      <ol className={styles.steps}>
        <li>
          <Button size="small" icon={<DownloadOutlined aria-hidden />} onClick={saveTemplate}>
            下载模板
          </Button>
          <span className={styles.note}>
            角色填写{roles}。护士和接种单位管理员须填写接种单位编码
            {ownSiteOnly ? '(本单位)' : ',市级平台须填写城市编码'}。
          </span>
        </li>
        <li>
          用表格软件填写,保存为 CSV 文件
          <span className={styles.note}>
            UTF-8 或 GB18030 编码均可;最多 {MAX_IMPORT_ROWS} 人,不超过 {MAX_IMPORT_BYTES / 1024 / 1024} MB。
          </span>
        </li>
        <li>
          <Upload
            accept=".csv,text/csv"
            showUploadList={false}
            disabled={sending.isPending}
            beforeUpload={(chosen) => {
              sending.reset();
              setFile(chosen);
              return false;
            }}
          >
            <Button size="small" icon={<UploadOutlined aria-hidden />}>
              选择文件
            </Button>
          </Upload>
          <span className={styles.chosen}>{file?.name}</span>
          <span className={styles.note}>有任何一行不正确时,不会新增任何人员。</span>
        </li>
      </ol>
      {tooLarge && (
        <Alert type="error" showIcon role="alert" title={`文件过大:不超过 ${MAX_IMPORT_BYTES / 1024 / 1024} MB`} />
      )}
      {sending.isPending && (
        <Alert type="info" showIcon role="status" title="正在导入,人数多时需要一两分钟,请不要关闭页面" />
      )}
      {problem && (
        <Alert
          type="error"
          showIcon
          role="alert"
          title={problem.message}
          description={problem.kind === 'refused' && '请改正后重新选择文件。'}
        />
      )}
      {problem?.rows && (
        <Table<RowProblem>
          className={styles.made}
          columns={COLUMNS}
          dataSource={problem.rows}
          rowKey={({ row, field, message }) => `${row} ${field} ${message}`}
          size="small"
          pagination={false}
          scroll={{ y: 260 }}
        />
      )}
    </Modal>
  );
}
