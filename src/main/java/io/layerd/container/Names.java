package io.layerd.container;

import java.util.concurrent.ThreadLocalRandom;

/** Names for containers that were given none: an adjective and the name of a maker of things. */
final class Names {
  private static final String[] ADJECTIVES = {
    "amber", "ample", "apt", "austere", "balmy", "blithe", "bold", "brave", "bright", "brisk",
    "calm", "candid", "civil", "clever", "cosy", "crisp", "daring", "dapper", "deft", "eager",
    "earnest", "even", "fair", "fervent", "firm", "fleet", "fond", "frank", "gentle", "glad",
    "golden", "grand", "hardy", "hearty", "honest", "humble", "ideal", "jolly", "keen", "kind",
    "lively", "loyal", "lucid", "mellow", "merry", "mild", "modest", "neat", "nimble", "noble",
    "patient", "placid", "plucky", "polite", "prime", "proud", "quick", "quiet", "ready", "robust",
    "serene", "sharp", "silent", "sincere", "sleek", "smart", "solid", "sound", "spry", "stable",
    "steady", "stout", "sturdy", "subtle", "sunny", "swift", "tidy", "tranquil", "true", "trusty",
    "upbeat", "vivid", "warm", "wise", "witty", "zesty"
  };
  private static final String[] SURNAMES = {
    "ampere",
    "archer",
    "avogadro",
    "baird",
    "bell",
    "benz",
    "bessemer",
    "boole",
    "braille",
    "brunel",
    "cayley",
    "celsius",
    "clarke",
    "coulomb",
    "crick",
    "curie",
    "daguerre",
    "darby",
    "davy",
    "diesel",
    "edison",
    "eiffel",
    "euler",
    "faraday",
    "fermat",
    "fourier",
    "franklin",
    "galilei",
    "galvani",
    "gauss",
    "germain",
    "gutenberg",
    "halley",
    "harrison",
    "henry",
    "herschel",
    "hertz",
    "hooke",
    "hopper",
    "huygens",
    "jacquard",
    "jenner",
    "joule",
    "kelvin",
    "kepler",
    "lagrange",
    "laplace",
    "lamarr",
    "leibniz",
    "linnaeus",
    "lister",
    "lovelace",
    "marconi",
    "maxwell",
    "meitner",
    "mendel",
    "montgolfier",
    "morse",
    "napier",
    "newcomen",
    "newton",
    "nobel",
    "noether",
    "ohm",
    "otto",
    "papin",
    "pascal",
    "pasteur",
    "planck",
    "ramanujan",
    "rontgen",
    "rutherford",
    "siemens",
    "stephenson",
    "stevin",
    "telford",
    "tesla",
    "torricelli",
    "trevithick",
    "turing",
    "volta",
    "watt",
    "wheatstone",
    "whitney",
    "wright",
    "zeppelin",
    "zuse"
  };

  private Names() {}

  /** A random name without slash; a number is added to later tries. */
  static String random(int attempt) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    String name =
        ADJECTIVES[random.nextInt(ADJECTIVES.length)]
            + "_"
            + SURNAMES[random.nextInt(SURNAMES.length)];
    return attempt < 3 ? name : name + random.nextInt(10, 1000);
  }
}
