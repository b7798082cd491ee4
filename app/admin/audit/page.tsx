'use client';

import { Alert, Button } from 'antd';
import { useState } from 'react';
import { api } from '../../ui/api.ts';
import { ExportButton, ExportPanel } from '../export-panel.tsx';
import { KeysetTable } from '../keyset-table.tsx';
import { PageFrame } from '../page-frame.tsx';
import { useExports } from '../use-exports.ts';
import { useKeyset } from '../use-keyset.ts';
import { COLUMNS, EventInFull } from './event.tsx';
import { type Asked, FilterForm } from './filter-form.tsx';
import { Verification } from './verification.tsx';

/** A request looks at a bounded part of the trail. So many parts are looked through before the page says that it found nothing yet. */
const PARTS = 10;

async function load(asked: Asked, cursor: number | undefined) {
  let page = await api.audit.browse.mutate({ ...asked, ...(cursor === undefined ? {} : { cursor }) });
  for (let part = 1; part < PARTS && page.items.length === 0 && page.nextCursor !== null; part += 1) {
    page = await api.audit.browse.mutate({ ...asked, cursor: page.nextCursor });
  }
  return page;
}

/** Who saw and did what, by filter; and whether the trail is whole. */
export default function AuditPage() {
  // Counted, so that asking the same again asks the server again. In memory only: a subject can be a card number.
  const [asked, setAsked] = useState<{ what: Asked; times: number }>({
    what: { filter: {}, order: 'newest' },
    times: 0,
  });
  const cursors = useState<readonly number[]>([]);
  const list = useKeyset({
    key: ['audit.browse', asked],
    cursors,
    load: (cursor: number | undefined) => load(asked.what, cursor),
  });
  function ask(what: Asked) {
    cursors[1]([]);
    setAsked(({ times }) => ({ what, times: times + 1 }));
  }
  const exports = useExports('audit');
  const exportButton = (
    <ExportButton
      exports={exports}
      onStart={(format) => exports.start.mutate({ source: 'audit', format, ...asked.what })}
    />
  );
  const searchedTo = list.page?.searchedTo?.slice(0, 16);
  return (
    <PageFrame title="审计记录" actions={exportButton} error={list.error}>
      <Verification />
      <FilterForm onAsk={ask} />
      <ExportPanel exports={exports} />
      {searchedTo && !list.error && (
        <Alert
          type="info"
          showIcon
          role="status"
          title={`已查至 ${searchedTo},可继续查找`}
          action={
            <Button size="small" disabled={list.busy || !list.next} onClick={() => list.next?.()}>
              继续查找
            </Button>
          }
        />
      )}
      <KeysetTable
        list={list}
        rowKey="id"
        columns={COLUMNS}
        expandable={{
          fixed: 'start',
          expandedRowRender: (event) => <EventInFull event={event} />,
        }}
        empty={searchedTo ? '这一段中没有符合条件的审计记录' : '没有符合条件的审计记录'}
      />
    </PageFrame>
  );
}
