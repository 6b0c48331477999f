// SPDX-License-Identifier: Apache-2.0
/** What this machine is: system, processor, calling convention, and what its processor can do. */
package io.trapeze.runtime.host;
