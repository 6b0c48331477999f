// SPDX-License-Identifier: Apache-2.0
/** Whether what the pages show is true. */
package io.trapeze.testkit.documentation;
