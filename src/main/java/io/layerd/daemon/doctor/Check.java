package io.layerd.daemon.doctor;

import java.util.List;

/** Looks at one thing of the host. */
interface Check {
  /** Never throws for what is wrong with the host: that is a finding. */
  List<Finding> look();
}
