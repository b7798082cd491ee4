import java.net.URI;
import java.net.http.*;
import java.nio.file.Path;

/**
 * 用法: EXCHANGE_URL=… EXCHANGE_SECRET=… java Upload.java 4401261123093000001 records.csv
 * 上传一个 CSV 批次,打印回执。JDK 11 及以上,不需要其他库;JDK 不含 SM3,如用签名方式请加 Bouncy Castle。
 */
public class Upload {
  public static void main(String[] args) throws Exception {
    String url = System.getenv("EXCHANGE_URL") + "/api/exchange/v1/batches?cd_batch=" + args[0];
    HttpRequest request = HttpRequest.newBuilder(URI.create(url))
        .header("Authorization", "Bearer " + System.getenv("EXCHANGE_SECRET"))
        .header("Content-Type", "text/csv")
        .POST(HttpRequest.BodyPublishers.ofFile(Path.of(args[1])))
        .build();
    HttpResponse<String> answer =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    System.out.println(answer.body());
    System.exit(answer.statusCode() == 200 ? 0 : 1);
  }
}
