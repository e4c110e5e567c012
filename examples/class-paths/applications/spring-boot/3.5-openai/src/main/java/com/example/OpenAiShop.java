package com.example;

/** A web application that asks an LLM and submits feedback. */
public final class OpenAiShop {
  private OpenAiShop() {}

  public static void main(String[] args) {
    Application.run(
        url -> {
          OpenAiChat.ask(url);
          Shop.click(url);
        },
        OpenAiChat.REQUEST,
        Shop.REQUEST);
  }
}
