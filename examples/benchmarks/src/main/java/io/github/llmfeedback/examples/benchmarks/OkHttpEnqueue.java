package io.github.llmfeedback.examples.benchmarks;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Dispatcher;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;
import org.jspecify.annotations.Nullable;

/**
 * Requests with ready-made bodies that are all given to OkHttp's dispatcher at once, which has as
 * many in flight as this library has by default.
 */
class OkHttpEnqueue implements Workload {
  /** The default of {@code ClientSettings.concurrency()}, which is not on this class path. */
  private static final int CONCURRENCY = 16;

  private final int feedbacks;
  private final List<Request> requests;
  private final OkHttpClient client;

  private OkHttpEnqueue(String url, int feedbacks, ReadyMade readyMade) {
    this(url, feedbacks, readyMade, CONCURRENCY);
  }

  /** Sends {@code feedbacks}, which stand in {@code readyMade}. */
  private OkHttpEnqueue(String url, int feedbacks, ReadyMade readyMade, int concurrency) {
    this.feedbacks = feedbacks;
    requests = readyMade.bodies().stream().map(body -> request(url, readyMade, body)).toList();
    Dispatcher dispatcher = new Dispatcher();
    dispatcher.setMaxRequests(concurrency);
    dispatcher.setMaxRequestsPerHost(concurrency);
    client = OkHttpBytes.client(concurrency).newBuilder().dispatcher(dispatcher).build();
  }

  private static Request request(String url, ReadyMade readyMade, byte[] body) {
    return new Request.Builder()
        .url(url + readyMade.path())
        .header("x-portkey-api-key", "sk-0123456789abcdef")
        .method(readyMade.method(), RequestBody.create(body, MediaType.get("application/json")))
        .build();
  }

  @Override
  public int callsPerRun() {
    return feedbacks;
  }

  @Override
  public void run() throws IOException, InterruptedException {
    Ending ending = new Ending(requests.size());
    for (Request request : requests) {
      client.newCall(request).enqueue(ending);
    }
    ending.await();
  }

  /** Waits for all responses and reads them. */
  private static final class Ending implements Callback {
    private final CountDownLatch left;
    private final AtomicReference<@Nullable IOException> failure = new AtomicReference<>();

    Ending(int calls) {
      left = new CountDownLatch(calls);
    }

    @Override
    public void onResponse(Call call, Response response) throws IOException {
      try (response) {
        ResponseBody body = response.body();
        if (!response.isSuccessful() || body == null || body.bytes().length == 0) {
          failure.set(new IOException("the server responded with " + response.code()));
        }
      } catch (IOException e) {
        failure.set(e);
      } finally {
        left.countDown();
      }
    }

    @Override
    public void onFailure(Call call, IOException e) {
      failure.set(e);
      left.countDown();
    }

    void await() throws IOException, InterruptedException {
      left.await();
      IOException failed = failure.get();
      if (failed != null) {
        throw failed;
      }
    }
  }

  /** A request for each feedback. */
  static final class Singly extends OkHttpEnqueue {
    Singly(String url, int feedbacks) {
      super(url, feedbacks, ReadyMade.portkeySingly(feedbacks));
    }
  }

  /** Lists of Portkey's. */
  static final class Portkey extends OkHttpEnqueue {
    Portkey(String url, int feedbacks) {
      super(url, feedbacks, ReadyMade.portkey(feedbacks));
    }
  }

  /** Lists of Humanloop's. */
  static final class Humanloop extends OkHttpEnqueue {
    Humanloop(String url, int feedbacks) {
      super(url, feedbacks, ReadyMade.humanloop(feedbacks));
    }
  }

  /** Lists of Baseplate's. */
  static final class Baseplate extends OkHttpEnqueue {
    Baseplate(String url, int feedbacks) {
      super(url, feedbacks, ReadyMade.baseplate(feedbacks));
    }
  }

  /** A request for each feedback to Helicone. */
  static final class Helicone extends OkHttpEnqueue {
    Helicone(String url, int feedbacks) {
      super(url, feedbacks, ReadyMade.heliconeSingly(feedbacks), ReadyMade.HELICONE_CONCURRENCY);
    }
  }
}
