// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.jqwik;

import java.util.Collection;
import java.util.List;
import net.jqwik.api.domains.DomainContextBase;
import net.jqwik.api.providers.ArbitraryProvider;

/** The test kit's values as a domain, for classes whose parameters are to come from nowhere else: {@code @Domain(TrapezeDomain.class)}. */
public final class TrapezeDomain extends DomainContextBase {
    /** For jqwik. */
    public TrapezeDomain() {}

    @Override
    public Collection<ArbitraryProvider> getArbitraryProviders() {
        return List.of(new TrapezeProvider());
    }
}
