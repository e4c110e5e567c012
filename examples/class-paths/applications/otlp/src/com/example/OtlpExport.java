package com.example;

import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.util.concurrent.TimeUnit;

/** Exports a span with OpenTelemetry's exporter, whose default sender is OkHttp. */
public final class OtlpExport {
  private OtlpExport() {}

  public static void main(String[] args) {
    Application.run(OtlpExport::export, "POST /v1/traces");
  }

  private static void export(String url) {
    OtlpHttpSpanExporter exporter =
        OtlpHttpSpanExporter.builder().setEndpoint(url + "/v1/traces").build();
    try (SdkTracerProvider traces =
        SdkTracerProvider.builder()
            .addSpanProcessor(BatchSpanProcessor.builder(exporter).build())
            .build()) {
      traces.get("chat").spanBuilder("chat").startSpan().end();
      if (!traces.forceFlush().join(30, TimeUnit.SECONDS).isSuccess()) {
        throw new IllegalStateException("the span was not exported");
      }
    }
  }
}
