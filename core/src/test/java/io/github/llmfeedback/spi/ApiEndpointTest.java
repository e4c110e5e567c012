package io.github.llmfeedback.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.github.llmfeedback.BadInput;
import io.github.llmfeedback.engine.http.BaseUrl;
import io.github.llmfeedback.engine.http.HttpCodec;
import java.util.Locale;
import okhttp3.HttpUrl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiEndpointTest {
  private static final String SECRET = "pk-4711-s3cret";

  private static ApiEndpoint to(String baseUrl) {
    return BaseUrl.endpoint("toy", baseUrl, false);
  }

  private static ApiEndpoint withKey(String key) {
    return to("https://host").secretHeader("x-key", "", "the API key", key);
  }

  private static HttpUrl url(String baseUrl, String... path) {
    return new HttpCodec(to(baseUrl)).url(WireRequest.of("POST", "body", path));
  }

  @ParameterizedTest
  @CsvSource({
    "https://host, https://host/a/b",
    "https://host/, https://host/a/b",
    "https://host///, https://host/a/b",
    "https://host/v1, https://host/v1/a/b",
    "https://host/v1/, https://host/v1/a/b",
    "https://host/v1//, https://host/v1/a/b",
    "https://host//v1///x//, https://host/v1/x/a/b",
    "https://host:8443/v1, https://host:8443/v1/a/b",
    "https://host/with%20space, https://host/with%20space/a/b",
    "HTTPS://HOST/V1, https://host/V1/a/b",
    "https://[2001:db8::1]/v1, https://[2001:db8::1]/v1/a/b",
    "'  https://host/v1\n', https://host/v1/a/b",
  })
  void theRequestsPathGoesBelowTheBaseUrl(String baseUrl, String expected) {
    assertThat(url(baseUrl, "a", "b")).hasToString(expected);
  }

  @Test
  void withoutAPathARequestGoesToTheBaseUrlItself() {
    assertThat(url("https://host")).hasToString("https://host/");
    assertThat(url("https://host/v1/")).hasToString("https://host/v1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "host",
        "host/path",
        "host:443",
        "//host/path",
        "localhost:8080",
        "ftp://host",
        "file:///etc/passwd",
        "jar:https://host",
        "https://",
        "https:///v1",
        "https:////host/v1",
        "https:/host/v1",
        "https:host/v1",
        "https:\\\\host/v1",
        "https://\\host/v1",
        "https://?host",
        "https://#host",
        "HTTPS:///v1",
        "https://host:99999",
        "https://ho st",
        "https://ho_st:port",
        "javascript:alert(1)",
        "https://\u0000host"
      })
  void whatIsNoHttpUrlIsRefused(String baseUrl) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> to(baseUrl))
        .withMessageStartingWith("toy's base URL must begin with https:// and name a host");
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://host?key=" + SECRET, "https://host/v1?", "https://host/v1?a#b"})
  void aQueryIsRefusedAndNotPrinted(String baseUrl) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> to(baseUrl))
        .withMessage("toy's base URL must have no query and no fragment, but has a query");
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://host#" + SECRET, "https://host/v1#"})
  void aFragmentIsRefusedAndNotPrinted(String baseUrl) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> to(baseUrl))
        .withMessage("toy's base URL must have no query and no fragment, but has a fragment");
  }

  @ParameterizedTest
  @ValueSource(strings = {"user", "user:" + SECRET, ":" + SECRET, "api.portkey.ai%2f"})
  void userAndPasswordAreRefusedAndNotPrinted(String userInfo) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> to("https://" + userInfo + "@host/v1"))
        .withMessage("toy's base URL must hold no user and password");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.1.2.3",
        "localhost",
        "LOCALHOST",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "localhost:8080",
        "[::1]:8080"
      })
  void plainHttpMayStayOnThisMachine(String host) {
    assertThat(url("http://" + host + "/v1", "a").isHttps()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "host",
        "127.0.0.1.evil.com",
        "localhost.evil.com",
        "evil-localhost",
        "notlocalhost",
        "127.0.0.1-evil.com",
        "128.0.0.1",
        "0.0.0.0",
        "[::]",
        "[::2]",
        "[2001:db8::1]",
        "10.0.0.1",
        "192.168.0.1",
        "127.0.0.256",
        "127.0.0.999",
        "127.0.0.1.",
        "evil.com:127",
        "127.evil.com",
        "a127.0.0.1",
        "localhost。evil.com",
        "evil.localhost"
      })
  void plainHttpToElsewhereIsRefusedUnlessAllowed(String host) {
    String baseUrl = "http://" + host + "/v1";
    assertThatIllegalArgumentException()
        .isThrownBy(() -> to(baseUrl))
        .withMessageStartingWith("toy's base URL must be https")
        .withMessageContaining("allowPlainHttp(true)");
    assertThat(BaseUrl.endpoint("toy", baseUrl, true).baseUrl()).startsWith("http:");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a/b?c#d",
        "%2e%2e",
        "%2E%2E",
        ".%2e",
        "%2e",
        "..;",
        "...",
        "a/../b",
        "../..",
        "..\\..",
        "\\",
        "/",
        "//evil.com",
        "?",
        "#",
        "%",
        "%00",
        "%2f",
        "a b",
        "\t",
        "..\t",
        ".\n.",
        "\n",
        "😀",
        "日本",
        "a;b=c",
        "a,b",
        ",",
        ";",
        "%2C",
        "%3B",
        "@evil.com",
        "https://evil.com",
        "+",
        "&",
        "\u0000",
        "\u2028"
      })
  void anIdStaysOneSegmentOfThePath(String id) {
    HttpUrl url = url("https://host/base", "v1", id, "feedback");
    assertThat(url.pathSegments()).containsExactly("base", "v1", id, "feedback");
    assertThat(url.host()).isEqualTo("host");
    assertThat(url.encodedQuery()).isNull();
    assertThat(url.encodedFragment()).isNull();
    assertThat(HttpUrl.get(url.toString())).as("as a server reads it").isEqualTo(url);
    assertThat(url.encodedPath()).matches("[!-~]+").startsWith("/base/v1/").endsWith("/feedback");
    assertThat(url.encodedPath().chars().filter(c -> c == '/')).hasSize(4);
    assertThat(url.encodedPath()).as("not a segment's parameters").doesNotContain(",", ";");
    assertThat(url.encodedPath().toLowerCase(Locale.ROOT)).doesNotContain("/../", "/%2e%2e/");
  }

  @Test
  void commasAndSemicolonsOfTheBaseUrlStayAsTheyAre() {
    assertThat(url("https://host/a,b;c", "d,e;f")).hasToString("https://host/a,b;c/d%2Ce%3Bf");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Host",
        "host",
        "HOST",
        "Connection",
        "Keep-Alive",
        "Transfer-Encoding",
        "TE",
        "Upgrade",
        "Content-Length",
        "content-type",
        "Content-Encoding",
        "Accept-Encoding",
        "x-key",
        "X-Key"
      })
  void anApplicationsHeaderThatIsNotItsOwnToSetIsRefused(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> withKey(SECRET).customHeader(name, "v4lue-of-it"))
        .withMessage("the header " + name + " is set by the client itself; leave it out");
  }

  @Test
  void anApplicationsHeaderIsASecretToo() {
    ApiEndpoint connection = withKey(SECRET).customHeader("Authorization", "Bearer t0ken");
    assertThat(connection.headers()).containsEntry("Authorization", "Bearer t0ken");
    assertThat(connection.redact("Bearer t0ken")).isEqualTo("██");
    assertThatNullPointerException()
        .isThrownBy(() -> withKey(SECRET).customHeader(BadInput.absent(), "v"))
        .withMessage("a header's name must not be null");
  }

  @Test
  void headersAreAddedInOrderAndTheConnectionBeforeIsAsItWas() {
    ApiEndpoint plain = to("https://host");
    ApiEndpoint more =
        plain.header("x-version", "1").secretHeader("Authorization", "Bearer ", "the key", SECRET);
    assertThat(more.headers().keySet()).containsExactly("x-version", "Authorization");
    assertThat(more.headers()).containsEntry("Authorization", "Bearer " + SECRET);
    assertThat(plain.headers()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a b", "a:", "a\n", "ä", "a\r\nEvil: 1"})
  void aHeadersNameIsAToken(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> to("https://host").header(name, "v"))
        .withMessage("a header's name must be an HTTP token");
  }

  @Test
  void aPlainHeadersValueIsCheckedToo() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> to("https://host").header("x-version", "1\r\nEvil: 1"))
        .withMessageStartingWith("header x-version must be printable ASCII")
        .withMessageNotContaining("Evil");
  }

  @Test
  void everySecretIsReplacedWhereverItStands() {
    ApiEndpoint connection =
        withKey(SECRET).secretHeader("x-other", "Token ", "the other key", "other$1\\key");
    assertThat(connection.redact("a " + SECRET + SECRET + " other$1\\key z"))
        .isEqualTo("a ████ ██ z");
    assertThat(connection.redact("nothing")).isEqualTo("nothing");
    assertThat(to("https://host").header("x-version", "1").redact("1")).isEqualTo("1");
  }

  @Test
  void aSecretIsReplacedAlsoWhereJsonEscapesIt() {
    assertThat(
            withKey("a/b\"c\\d-4711")
                .redact("{\"key\":\"a/b\\\"c\\\\d-4711\",\"php\":\"a\\/b\\\"c\\\\d-4711\"}"))
        .isEqualTo("{\"key\":\"██\",\"php\":\"██\"}");
  }

  @Test
  void aSecretThatIsPartOfAnotherLeavesNothingOfIt() {
    ApiEndpoint connection =
        withKey("abcdefgh").secretHeader("x-other", "", "other", "abcdefgh-longer");
    assertThat(connection.redact("abcdefgh-longer abcdefgh")).isEqualTo("██ ██");
  }

  /** It may be an ordinary word; where only that word is missing, everybody knows the key. */
  @Test
  void aSecretOfFewerThanEightCharactersIsNotMasked() {
    assertThat(withKey("1234567").redact("it is 1234567")).isEqualTo("it is 1234567");
    assertThat(withKey("1234567").redactCut("it is 12345")).isEqualTo("it is 12345");
    assertThat(withKey("12345678").redact("it is 12345678")).isEqualTo("it is ██");
  }

  @Test
  void toStringTellsProviderAndHostAndNoSecret() {
    assertThat(to("https://HOST/v1").secretHeader("x-key", "", "the API key", SECRET))
        .hasToString("toy at host");
  }

  @Test
  void nullsAreRefusedByName() {
    assertThatNullPointerException()
        .isThrownBy(() -> to(BadInput.absent()))
        .withMessage("toy's base URL must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> withKey(BadInput.absent()))
        .withMessage("the API key must not be null");
  }
}
