package io.layerd.authorization;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.layerd.spec.HostConfig;
import io.layerd.spec.SpecJson;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostReachTest {
  private static @Nullable String reach(String json) throws JsonProcessingException {
    return HostReach.of(SpecJson.MAPPER.readValue(json, HostConfig.class));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'Privileged':true}",
        "{'Binds':['/:/host']}",
        "{'Binds':['./x:/host']}",
        "{'Binds':['v:/x:rshared']}",
        "{'Mounts':[{'Type':'bind','Source':'/','Target':'/h'}]}",
        "{'Mounts':[{'Type':'image','Source':'x','Target':'/h'}]}",
        "{'Mounts':[{'Type':'volume','Source':'/etc','Target':'/h'}]}",
        "{'Mounts':[{'Type':'volume','Target':'/h','VolumeOptions':{'DriverConfig':{'Options':{'o':'bind'}}}}]}",
        "{'Mounts':[{'Type':'volume','Target':'/h','VolumeOptions':{'DriverConfig':{'Name':'x'}}}]}",
        "{'Devices':[{'PathOnHost':'/dev/sda'}]}",
        "{'DeviceRequests':[{'Count':-1}]}",
        "{'DeviceCgroupRules':['a *:* rwm']}",
        "{'PidMode':'host'}",
        "{'NetworkMode':'host'}",
        "{'NetworkMode':'ns:/proc/1/ns/net'}",
        "{'IpcMode':'host'}",
        "{'UTSMode':'host'}",
        "{'UsernsMode':'host'}",
        "{'CgroupnsMode':'host'}",
        "{'CapAdd':['SYS_ADMIN']}",
        "{'CapAdd':['all']}",
        "{'SecurityOpt':['seccomp=unconfined']}",
        "{'SecurityOpt':['no-new-privileges:false']}",
        "{'CgroupParent':'/x'}",
        "{'Cgroup':'container:x'}",
        "{'VolumeDriver':'nfs'}",
        "{'Runtime':'other'}",
        "{'Annotations':{'run.oci.hooks':'x'}}",
        "{'Sysctls':{'kernel.shmmax':'1'}}",
        "{'OomScoreAdj':-1}",
        "{'OomKillDisable':true}",
        "{'MaskedPaths':[]}",
        "{'ReadonlyPaths':['/proc/bus']}",
        "{'LogConfig':{'Type':'syslog'}}",
        "{'BlkioDeviceReadBps':[{'Path':'/dev/sda','Rate':1}]}",
        "{'CpuRealtimeRuntime':1}"
      })
  void whatReachesTheHostIsFound(String json) throws JsonProcessingException {
    assertThat(reach(json.replace('\'', '"'))).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{'Binds':['vol:/x:ro','/anonymous'],'Mounts':[{'Type':'tmpfs','Target':'/t'}]}",
        "{'NetworkMode':'mine','IpcMode':'private','CapDrop':['ALL'],'CapAdd':['CAP_CHOWN']}",
        "{'Memory':1,'NanoCpus':1,'PidsLimit':1,'RestartPolicy':{'Name':'always'}}",
        "{'SecurityOpt':['no-new-privileges'],'ReadonlyRootfs':true,'Init':true}",
        "{'PortBindings':{'80/tcp':[{'HostPort':'80'}]},'Sysctls':{'net.core.somaxconn':'1'}}"
      })
  void whatStaysInItsBoxIsLeftAlone(String json) throws JsonProcessingException {
    assertThat(reach(json.replace('\'', '"'))).isNull();
  }
}
