/** How the authority's certificate is installed, by device; the words of the menus are those of the systems in Chinese. */
export const STEPS = [
  {
    device: '安卓平板',
    steps: [
      '点按“下载根证书”,保存文件 authority.crt。',
      '打开“设置 → 安全(或密码与安全)→ 更多安全设置 → 加密与凭据 → 安装证书 → CA 证书”。不同品牌菜单略有差别,可在设置中搜索“证书”。',
      '在警告页选择“仍然安装”,输入锁屏密码,选中下载的 authority.crt。',
      '完全关闭浏览器后重新打开。',
    ],
  },
  {
    device: '鸿蒙平板',
    steps: [
      '点按“下载根证书”,保存文件 authority.crt。',
      '打开“设置 → 隐私和安全(或安全)→ 高级 → 证书与凭据 → 从存储设备安装(或安装证书)→ CA 证书”。',
      '确认风险提示,输入锁屏密码,选中下载的 authority.crt。',
      '完全关闭浏览器后重新打开。',
    ],
  },
  {
    device: 'iPad',
    steps: [
      '用 Safari 打开本页,点按“下载根证书”,允许下载描述文件。',
      '打开“设置 → 通用 → VPN 与设备管理”,选中已下载的描述文件,点按“安装”并输入密码。',
      '打开“设置 → 通用 → 关于本机 → 证书信任设置”,打开该根证书的开关。',
    ],
  },
  {
    device: 'Windows 电脑',
    steps: [
      '下载后双击 authority.crt,点击“安装证书”。',
      '存储位置选“本地计算机”(没有管理员权限时选“当前用户”)。',
      '选择“将所有的证书都放入下列存储”,点击“浏览”,选“受信任的根证书颁发机构”,完成导入。',
      '重新打开浏览器。',
    ],
  },
];
