package com.example;

/** A web application that submits feedback and sends scores to Langfuse too. */
public final class LangfuseShop {
  private LangfuseShop() {}

  public static void main(String[] args) {
    Application.run(
        url -> {
          Shop.click(url);
          LangfuseScore.create(url);
        },
        Shop.REQUEST,
        LangfuseScore.REQUEST);
  }
}
