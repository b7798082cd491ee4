/**
 * Passwords that everybody tries first, of those that the other rules would let pass (ten characters, three kinds). In small letters:
 * they are compared so. After the usual lists of leaked passwords, with what Chinese keyboards and offices add to them.
 */
export const COMMON_PASSWORDS: ReadonlySet<string> = new Set(
  `
  password123 password123! password@123 password1! password12! password1234 password2020! password2021! password2022! password2023!
  password2024! password2025! password2026! p@ssw0rd12 p@ssw0rd123 p@ssw0rd1234 p@ssword123 p@ssword1! passw0rd123 passw0rd123!
  passw0rd@123 pa$$w0rd123 pa$$word123 qwerty12345 qwerty1234! qwerty123456 qwerty@123 qwerty@12345 qwerty123! qwertyuiop1
  qwertyuiop1! qwer1234!@#$ qwer!@#$1234 qwer1234!@ qaz123wsx! qazwsx123! qazwsx@123 qazwsxedc1! qazwsxedc123 1qaz2wsx3edc
  1qaz@wsx3edc 1qaz2wsx!@ 1qaz!qaz2wsx 1qaz!qaz@wsx !qaz2wsx3edc !qaz@wsx3edc zaq12wsxcde3 zaq1@wsxcde3 1q2w3e4r5t
  1q2w3e4r5t! 1q2w3e4r5t6y 1q2w3e4r!@ q1w2e3r4t5 q1w2e3r4t5! abc123456! abc@123456 abc12345678 abc123456789 abc1234567 abcd123456
  abcd123456! abcd@123456 abcd1234!@ abcd1234!@#$ abcd@12345 abcde12345 abcde12345! abcdef123! a123456789! a12345678!
  aa123456789 aa12345678 aa12345678! aa123456!! aa@12345678 asd123456! asd@123456 asdf123456
  asdf1234!@ asdfghjkl1! asdfgh123! zxc123456! zxcvbnm123 zxcvbnm123! admin12345 admin12345! admin123456 admin123456! admin123!@#
  admin@1234 admin@12345 admin@123456 admin@2023 admin@2024 admin@2025 admin@2026 admin888888 administrator1! root@12345
  root@123456 test@12345 test@123456 test123456 test123456! user@12345 user@123456 guest@12345 welcome123 welcome123! welcome@123
  welcome2025! welcome2026! letmein123 letmein123! iloveyou123 iloveyou1! iloveyou123! monkey12345 dragon12345 sunshine123
  sunshine1! football123 baseball123 princess123 superman123 changeme123 changeme123! changeme@123 huawei@123 huawei12#$
  woaini1314 woaini520! woaini5201314 woaini123! woaini@1314 wangyi@123 zhongguo123 zhongguo1! nihao12345 nihao123456
  yimiao12345 yimiao@123 yimiao123456 jiezhong123 jiezhong@123 yiyuan@123 yiyuan12345 hospital123 hospital1! hospital@123 nurse@12345
  nurse12345! nurse123456 hushi@12345 hushi123456 vaccine123 vaccine@123 vaccine2026!
  `
    .trim()
    .split(/\s+/),
);
