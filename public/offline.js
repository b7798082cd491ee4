// Asks until the server answers, then opens the page that was asked for: its address is still this one's.
const EVERY_MS = 3000;
const PATIENCE_MS = 5000;
const status = document.getElementById('status');
let asking = false;

async function ask() {
  if (asking) return;
  asking = true;
  try {
    const answer = await fetch('/api/health', { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) });
    status.textContent = answer.ok ? '已恢复,正在打开…' : '服务器暂不可用,继续重试';
    if (answer.ok) return location.reload();
  } catch {
    const now = new Date().toLocaleTimeString('zh-CN', { hour12: false });
    status.textContent = `尚未连接(${now} 已重试)`;
  } finally {
    asking = false;
  }
}

document.getElementById('retry').addEventListener('click', ask);
addEventListener('online', ask);
setInterval(ask, EVERY_MS);
