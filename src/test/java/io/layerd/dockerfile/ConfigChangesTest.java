package io.layerd.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.InvalidParameter;
import io.layerd.spec.ContainerConfig;
import io.layerd.spec.SpecJson;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Instructions and what a real dockerd 28.5 made of them. */
class ConfigChangesTest {
  private static final String BASE =
      """
      {"ExposedPorts":{"80/tcp":{}},"Env":["P=/x/y","A=one"],"Entrypoint":["ent"],
       "Cmd":["c1","c2"],"Volumes":{"/vol":{}},"WorkingDir":"/w","Labels":{"l":"1"}}
      """;

  private static String changed(String base, String... changes) throws Exception {
    ContainerConfig config = SpecJson.MAPPER.readValue(base, ContainerConfig.class);
    var tree = SpecJson.MAPPER.valueToTree(ConfigChanges.apply(config, List.of(changes)));
    var shown = SpecJson.MAPPER.createObjectNode();
    tree.properties()
        .forEach(
            field -> {
              var value = field.getValue();
              boolean empty =
                  value.isNull()
                      || (value.isBoolean() && !value.asBoolean())
                      || (value.isTextual() && value.asText().isEmpty())
                      || (value.isContainerNode() && value.isEmpty());
              if (!empty) {
                shown.set(field.getKey(), value);
              }
            });
    return shown.toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "CMD [\"a\",\"b\"] | {\"Cmd\":[\"a\",\"b\"]}",
        "CMD a b | {\"Cmd\":[\"/bin/sh\",\"-c\",\"a b\"]}",
        "cmd a | {\"Cmd\":[\"/bin/sh\",\"-c\",\"a\"]}",
        "CMD | {\"Cmd\":[\"/bin/sh\",\"-c\"]}",
        "CMD [] | {}",
        "CMD [\"a\" | {\"Cmd\":[\"/bin/sh\",\"-c\",\"[\\\"a\\\"\"]}",
        "CMD [\"a\"] x | {\"Cmd\":[\"/bin/sh\",\"-c\",\"[\\\"a\\\"] x\"]}",
        "CMD -- a | {\"Cmd\":[\"/bin/sh\",\"-c\",\"a\"]}",
        "ENTRYPOINT [\"x\"] | {\"Entrypoint\":[\"x\"]}",
        "ENTRYPOINT | {}",
        "ENV A=b C=\"d e\" | {\"Env\":[\"A=b\",\"C=d e\"]}",
        "ENV A b c | {\"Env\":[\"A=b c\"]}",
        "ENV X=\"a\\\"b\" Y=\"a\\nb\" Z=a\"b c\"d'e f' | {\"Env\":[\"X=a\\\"b\",\"Y=a\\\\nb\",\"Z=ab cde f\"]}",
        "ENV A=b\\ | {\"Env\":[\"A=b\"]}",
        "EXPOSE 80 90/udp 100-102 | {\"ExposedPorts\":{\"100/tcp\":{},\"101/tcp\":{},\"102/tcp\":{},\"80/tcp\":{},\"90/udp\":{}}}",
        "EXPOSE 127.0.0.1:80:80 | {\"ExposedPorts\":{\"80/tcp\":{}}}",
        "EXPOSE [::1]:80:80/sctp | {\"ExposedPorts\":{\"80/sctp\":{}}}",
        "EXPOSE 80/TCP | {\"ExposedPorts\":{\"80/tcp\":{}}}",
        "EXPOSE 1-2:3-4 | {\"ExposedPorts\":{\"3/tcp\":{},\"4/tcp\":{}}}",
        "LABEL a=b \"c d\"=e | {\"Labels\":{\"a\":\"b\",\"c d\":\"e\"}}",
        "ONBUILD  run   x | {\"OnBuild\":[\"run   x\"]}",
        "STOPSIGNAL SIGKILL | {\"StopSignal\":\"SIGKILL\"}",
        "STOPSIGNAL RTMIN+3 | {\"StopSignal\":\"RTMIN+3\"}",
        "STOPSIGNAL 100 | {\"StopSignal\":\"100\"}",
        "USER a b | {\"User\":\"a b\"}",
        "USER $ | {\"User\":\"$\"}",
        "VOLUME /a /b | {\"Volumes\":{\"/a\":{},\"/b\":{}}}",
        "VOLUME  [ \"/a\", \"/b\" ] | {\"Volumes\":{\"/a\":{},\"/b\":{}}}",
        "WORKDIR a | {\"WorkingDir\":\"/a\"}",
        "WORKDIR /x/../y | {\"WorkingDir\":\"/y\"}",
        "WORKDIR \"a b\" | {\"WorkingDir\":\"/a b\"}",
        "HEALTHCHECK NONE | {\"Healthcheck\":{\"Test\":[\"NONE\"]}}",
        "HEALTHCHECK --interval=3s --retries=4 CMD a b | {\"Healthcheck\":{\"Test\":[\"CMD-SHELL\",\"a b\"],\"Interval\":3000000000,\"Retries\":4}}",
        "HEALTHCHECK --interval=1h2m3.5s cmd [\"a\"] | {\"Healthcheck\":{\"Test\":[\"CMD\",\"a\"],\"Interval\":3723500000000}}",
      })
  void setsWhatDockerdSets(String change, String expected) throws Exception {
    assertThat(changed("{}", change)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "ENV A | ENV must have two arguments",
        "ENV A=b C | Syntax error - can't find = in \"C\". Must be of the form: name=value",
        "ENV =a | ENV names can not be blank",
        "ENV a=\"b | failed to process \"\\\"b\": unexpected end of statement while looking for matching double-quote",
        "ENV a='b | failed to process \"'b\": unexpected end of statement while looking for matching single-quote",
        "ENV C=${A | failed to process \"${A\": unsupported modifier (\ufffd) in substitution",
        "ENV C=${A^} | failed to process \"${A^}\": unsupported modifier (^) in substitution",
        "ENV A=${} | failed to process \"${}\": syntax error: bad substitution",
        "ENV A=${B:- | failed to process \"${B:-\": syntax error: missing '}'",
        "ENV A=${B:#x} | failed to process \"${B:#x}\": unsupported modifier (:#) in substitution",
        "ENV A=${B?} | failed to process \"${B?}\": B: is not allowed to be unset",
        "ENV A=${N:?err} | failed to process \"${N:?err}\": N: err",
        "ENV --a=b c=d | unknown flag: --a",
        "LABEL | LABEL requires at least one argument",
        "EXPOSE foo | Invalid containerPort: foo",
        "EXPOSE 70000 | Invalid containerPort: 70000",
        "EXPOSE 5-3 | Invalid containerPort: 5-3",
        "EXPOSE 80/foo | Invalid proto: foo",
        "EXPOSE /tcp | No port specified: /tcp<empty>",
        "EXPOSE 8080:80-81 | Invalid ranges specified for container and host Ports: 80-81 and 8080",
        "EXPOSE 1.2.3:4:5 | Invalid ip address: 1.2.3",
        "EXPOSE a:5 | Invalid hostPort: a",
        "ONBUILD FROM x | FROM isn't allowed as an ONBUILD trigger",
        "ONBUILD ONBUILD x | Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed",
        "ONBUILD | ONBUILD requires at least one argument",
        "STOPSIGNAL FOO | invalid signal: FOO",
        "STOPSIGNAL 0 | invalid signal: 0",
        "USER | USER requires exactly one argument",
        "WORKDIR $FOO | cannot normalize nothing",
        "VOLUME [\"/a\",\"\"] | VOLUME specified can not be an empty string",
        "VOLUME | VOLUME requires at least one argument",
        "CMD [\"a\",1] | when using JSON array syntax, arrays must be comprised of strings only",
        "HEALTHCHECK FOO | Unknown type \"FOO\" in HEALTHCHECK (try CMD)",
        "HEALTHCHECK | HEALTHCHECK requires at least one argument",
        "HEALTHCHECK NONE x | HEALTHCHECK NONE takes no arguments",
        "HEALTHCHECK CMD | Missing command after HEALTHCHECK CMD",
        "HEALTHCHECK --foo=1 CMD a | unknown flag: --foo",
        "HEALTHCHECK --interval CMD a | missing a value on flag: --interval",
        "HEALTHCHECK --interval=abc CMD a | time: invalid duration \"abc\"",
        "HEALTHCHECK --interval=3 CMD a | time: missing unit in duration \"3\"",
        "HEALTHCHECK --interval=3x CMD a | time: unknown unit \"x\" in duration \"3x\"",
        "HEALTHCHECK --interval=-1s CMD a | Interval \"interval\" cannot be less than 1ms",
        "HEALTHCHECK --interval=9999999999999h CMD x | time: invalid duration \"9999999999999h\"",
        "HEALTHCHECK --retries=x CMD a | strconv.ParseInt: parsing \"x\": invalid syntax",
        "HEALTHCHECK --retries=99999999999 CMD a | strconv.ParseInt: parsing \"99999999999\": value out of range",
        "HEALTHCHECK --retries=-1 CMD a | --retries cannot be negative (-1)",
        "RUN x | RUN is not a valid change command",
        "foo x | foo is not a valid change command",
        "SHELL [\"x\"] | SHELL is not a valid change command",
        "# c | file with no instructions",
      })
  void refusesInDockerdsWords(String change, String message) {
    assertThatThrownBy(() -> changed("{}", change))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage(message);
  }

  @Test
  void goesOnFromWhatWasThere() throws Exception {
    String rest =
        "\"Volumes\":{\"/vol\":{}},\"WorkingDir\":\"/w\",\"Entrypoint\":[\"ent\"],\"Labels\":{\"l\":\"1\"}}";
    assertThat(
            changed(
                BASE,
                "ENV B=${A:-d} C=${N:-d} D=${A:+e} E=${N:+e} F=\\$A G='$A' H=\"$A\" I=\"\\$A\" J=a\\ b"))
        .startsWith(
            "{\"ExposedPorts\":{\"80/tcp\":{}},\"Env\":[\"P=/x/y\",\"A=one\",\"B=one\",\"C=d\",\"D=e\",\"E=\","
                + "\"F=$A\",\"G=$A\",\"H=one\",\"I=$A\",\"J=a b\"]");
    assertThat(changed(BASE, "ENV C=${A#o} D=${P##*/} E=${P%/*} F=${P/x/z} G=${P//\\//_}"))
        .contains("\"C=ne\",\"D=y\",\"E=/x\",\"F=/z/y\",\"G=_x_y\"");
    assertThat(changed(BASE, "ENV A=two B=$A"))
        .contains("\"Env\":[\"P=/x/y\",\"A=two\",\"B=one\"]")
        .endsWith(rest);
    assertThat(changed(BASE, "ENV A=two", "ENV B=$A")).contains("\"A=two\",\"B=two\"");
    assertThat(changed(BASE, "WORKDIR x", "WORKDIR $A")).contains("\"WorkingDir\":\"/w/x/one\"");
    assertThat(changed(BASE, "LABEL l=2 $A=$A")).contains("{\"l\":\"2\",\"one\":\"one\"}");
    assertThat(changed(BASE, "VOLUME $P $A")).contains("{\"/vol\":{},\"/x/y\":{},\"one\":{}}");
    assertThat(changed(BASE, "ENTRYPOINT [\"x\"]"))
        .contains("\"Entrypoint\":[\"x\"]")
        .doesNotContain("Cmd");
    assertThat(changed(BASE, "CMD [\"n\"]", "ENTRYPOINT [\"x\"]"))
        .contains("\"Cmd\":[\"n\"]", "\"Entrypoint\":[\"x\"]");
    assertThat(changed(BASE)).contains("\"Cmd\":[\"c1\",\"c2\"]");
  }

  @Test
  void linesGoOn() throws Exception {
    assertThat(changed("{}", "CMD a \\\n b")).contains("\"a  b\"");
    assertThat(changed("{}", "ENV X=a \\\n# comment\n\n Y=b"))
        .isEqualTo("{\"Env\":[\"X=a\",\"Y=b\"]}");
    assertThat(changed("{}", "ENV a=b\\", "ENV c=d")).isEqualTo("{\"Env\":[\"a=bENV\",\"c=d\"]}");
    assertThat(changed("{}", "# escape=`\nENV A=b`$")).isEqualTo("{\"Env\":[\"A=b$\"]}");
    assertThat(changed("{}", "ENV A=1", "")).isEqualTo("{\"Env\":[\"A=1\"]}");
    assertThatThrownBy(() -> changed("{}", "")).hasMessage("file with no instructions");
    assertThatThrownBy(() -> changed("{}", "\\")).hasMessage(" is not a valid change command");
  }
}
